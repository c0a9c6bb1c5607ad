#include "flows/functions/domains.hpp"
#include "flows/mapper/json_text.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <array>

namespace quipu::mapper {

namespace {

constexpr double widest_gap = 10;

value parse(call& c) {
  auto text = c.string(0);
  if (!c.spend.room(text.size())) return {};
  return parse_json(text, c.spend);
}

/// The keys of a replacer that is a list; what is no list replaces nothing.
std::optional<std::vector<std::string>> only(call& c, const value& replacer) {
  if (!replacer.is_array()) return std::nullopt;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < replacer.size() && c.spend.touch(1 + keys.size()); ++i) {
    auto item = replacer.item(i);
    if (!item.is_string() && !item.is_number()) continue;
    auto key = to_string(item, c.spend);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

std::string gap(const value& space) {
  if (space.is_number())
    return std::string(
        static_cast<std::size_t>(std::clamp(integer_of(space.number()), 0.0, widest_gap)), ' ');
  if (!space.is_string()) return {};
  return from_utf16(
      std::u16string_view(to_utf16(space.text())).substr(0, static_cast<std::size_t>(widest_gap)));
}

value stringified(call& c) {
  auto text = stringify(c.at(0), {only(c, c.at(1)), gap(c.at(2))}, c.spend);
  return text ? value(*std::move(text)) : value();
}

} // namespace

std::span<const function> json_functions() {
  static constexpr std::array rows{
      function{"stringify", stringified, "value, keys?, space?", "25.5.2",
               "its JSON; undefined of undefined", R"({"a": [1, null]} -> "{\"a\":[1,null]}")"},
      function{"parse", parse, "text", "25.5.1", "what the JSON text says",
               R"("[1, 2]" -> [1, 2])"},
  };
  return rows;
}

} // namespace quipu::mapper
