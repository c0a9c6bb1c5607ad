#include "flows/definition/section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace quipu::structure {
namespace {

std::vector<std::string_view> names(parts held) {
  switch (held) {
  case parts::none: return {};
  case parts::maps: return {"maps"};
  case parts::schema: return {"schema"};
  case parts::both: return {"maps", "schema"};
  }
  return {};
}

/// One entry, `maps: ...` or `schema: ...`, of those that the section may hold.
void check_part(const tree::entry& part, parts held, std::string_view what, findings& faults) {
  if (!check_key(part, names(held), what, faults)) return;
  const auto takes = part.key == "maps" ? shape::maps : shape::schema;
  fits(takes, part.value, fmt::format("\"{}\" in {}", part.key, what), faults);
}

} // namespace

bool is_code(std::string_view key) noexcept {
  return key.size() == 3 && key.front() != '0' &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void check_section(const tree& section, parts holds, parts by_code, std::string_view what,
                   findings& faults) {
  if (!fits(shape::section, section, what, faults)) return;
  for (const auto& entry : section.entries) {
    if (by_code == parts::none || !is_code(entry.key)) {
      check_part(entry, holds, what, faults);
      continue;
    }
    const auto coded = fmt::format("\"{}\" in {}", entry.key, what);
    if (!fits(shape::section, entry.value, coded, faults)) continue;
    for (const auto& part : entry.value.entries) check_part(part, by_code, coded, faults);
  }
}

} // namespace quipu::structure
