#include "collation/record.hpp"

#include "collation/record/names.hpp"

#include <fmt/format.h>

#include <charconv>

namespace quipu {

std::string name(const instance& at) { return fmt::format("{}.{}", at.activity, at.pass); }

std::optional<instance> parse_instance(std::string_view name) {
  instance at;
  const auto* end = name.data() + name.size();
  const auto [dot, first] = std::from_chars(name.data(), end, at.activity);
  if (first != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  const auto [rest, second] = std::from_chars(dot + 1, end, at.pass);
  if (second != std::errc{} || rest != end) return std::nullopt;
  return at;
}

std::string_view name(cause what) noexcept { return cause_names[static_cast<std::size_t>(what)]; }

std::string_view name(obligation::kind what) noexcept {
  return obligation_names[static_cast<std::size_t>(what)];
}

std::string_view name(history_mode mode) noexcept {
  return history_names[static_cast<std::size_t>(mode)];
}

} // namespace quipu
