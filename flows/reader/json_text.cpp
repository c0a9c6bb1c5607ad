#include "flows/reader/json_text.hpp"

namespace quipu::reader {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The end of the string that begins at `quote`.
std::size_t string_end(std::string_view text, std::size_t quote) {
  auto here = quote + 1;
  while (text[here] != '"') here += text[here] == '\\' ? 2 : 1;
  return here + 1;
}

} // namespace

bool is_json(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos || (text[first] != '{' && text[first] != '[')) return false;
  return json::accept(text);
}

void walk_json(std::string_view text, builder& into) {
  for (auto here = text.find_first_not_of(blanks); here < text.size();
       here = text.find_first_not_of(blanks, here)) {
    switch (text[here]) {
    case '{': into.open(tree::kind::map, here++, 0, true); break;
    case '[': into.open(tree::kind::list, here++, 0, true); break;
    case '}':
    case ']':
      into.close();
      ++here;
      break;
    case ',':
    case ':': ++here; break;
    default: {
      const bool quoted = text[here] == '"';
      auto end = quoted ? string_end(text, here) : text.find_first_of(" \t\r\n,]}", here);
      auto value = json::parse(text.substr(here, end - here));
      auto key = quoted ? value.get<std::string>() : std::string{};
      into.scalar({std::move(value), std::move(key), quoted}, here);
      here = end;
    }
    }
  }
}

} // namespace quipu::reader
