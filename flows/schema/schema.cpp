#include "flows/schema.hpp"

#include "flows/schema/compiler.hpp"
#include "flows/schema/run.hpp"

#include <fmt/format.h>

namespace quipu {

schema schema::compile(const tree& written, findings& faults) {
  schema made;
  auto program = draft7::compiler{written}.compile(faults);
  if (program.nodes[program.root].count > 0)
    made.program_ = std::make_unique<const draft7::program>(std::move(program));
  return made;
}

schema::schema() = default;
schema::~schema() = default;
schema::schema(schema&&) noexcept = default;
schema& schema::operator=(schema&&) noexcept = default;

std::vector<breach> schema::check(const json& data, std::size_t most) const {
  return empty() ? std::vector<breach>{} : draft7::run{*program_, most}.all(data);
}

bool schema::empty() const noexcept { return program_ == nullptr; }

std::string to_string(const breach& what) {
  return fmt::format("{} {} ({})", what.path.empty() ? "the whole" : what.path, what.message,
                     what.rule);
}

} // namespace quipu
