#include "flows/mapping.hpp"

#include "flows/mapper/compiler.hpp"
#include "flows/mapper/machine.hpp"

namespace quipu {

mapping mapping::compile(const tree& written, const scope& names, findings& faults, role as) {
  mapping made;
  made.program_ = mapper::compiler(names, faults, as).compile(written);
  return made;
}

mapping::mapping()
    : program_(std::make_unique<const mapper::program>(
          mapper::program{{mapper::constant{nullptr, false, mapper::value()}}, {}, false})) {}
mapping::~mapping() = default;
mapping::mapping(mapping&&) noexcept = default;
mapping& mapping::operator=(mapping&&) noexcept = default;

result<std::optional<json>> mapping::evaluate(const environment& from, const fuel& limit) const {
  return mapper::machine(*program_, &from, limit).to_json();
}

const json* mapping::literal() const noexcept {
  const auto* known = std::get_if<mapper::constant>(&program_->root.is);
  return known && known->defined ? &known->data : nullptr;
}

std::span<const slot> mapping::reads() const noexcept { return program_->reads; }

bool mapping::is_volatile() const noexcept { return program_->is_volatile; }

} // namespace quipu
