#include "flows/schema/brief.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu::draft7 {

namespace {

constexpr std::size_t longest = 60;

constexpr bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

std::string counted(std::string_view what, std::size_t count, std::string_view item) {
  return fmt::format("{} of {} {}{}", what, count, item, count == 1 ? "" : "s");
}

} // namespace

std::string in_quotes(std::string_view text) {
  const bool cut = text.size() > longest;
  if (cut) {
    auto end = longest;
    while (end > 0 && !begins_character(text[end])) --end;
    text = text.substr(0, end);
  }
  auto shown = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  if (cut) shown.insert(shown.size() - 1, "...");
  return shown;
}

std::string brief(const json& value) {
  if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
  if (value.is_array()) return counted("an array", value.size(), "item");
  if (value.is_object()) return counted("an object", value.size(), "key");
  return value.dump();
}

std::size_t characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

} // namespace quipu::draft7
