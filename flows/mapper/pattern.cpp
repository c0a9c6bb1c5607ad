#include "flows/mapper/pattern.hpp"

#include "flows/mapper/text.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <string>

namespace quipu::mapper {

namespace {

constexpr std::size_t longest_pattern = 4096;
constexpr std::int64_t pattern_memory = 1 << 20;
constexpr std::string_view spaces =
    R"(\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";

bool is_hex(std::string_view text) {
  for (char c : text)
    if (std::string_view("0123456789abcdefABCDEF").find(c) == text.npos) return false;
  return true;
}

/// The same pattern as RE2 writes it, where the two differ.
std::string translated(std::string_view from) {
  std::string to;
  bool in_class = false;
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto rest = from.substr(i);
    if (rest.starts_with("\\u") && rest.size() >= 6 && is_hex(rest.substr(2, 4))) {
      to += fmt::format("\\x{{{}}}", rest.substr(2, 4));
      i += 5;
    } else if (rest.starts_with("\\s")) {
      to += in_class ? std::string(spaces) : fmt::format("[{}]", spaces);
      ++i;
    } else if (rest.starts_with("\\S") && !in_class) {
      to += fmt::format("[^{}]", spaces);
      ++i;
    } else if (rest.starts_with("\\/") || rest.starts_with("\\-")) {
      to += rest[1] == '/' ? "/" : "\\-";
      ++i;
    } else if (from[i] == '\\' && rest.size() > 1) {
      to += rest.substr(0, 2);
      ++i;
    } else if (!in_class && rest.starts_with("(?<") && !rest.starts_with("(?<=") &&
               !rest.starts_with("(?<!")) {
      to += "(?P<";
      i += 2;
    } else if (!in_class && rest.starts_with("[^]")) {
      to += "(?s:.)";
      i += 2;
    } else if (!in_class && rest.starts_with(".")) {
      to += R"([^\n\r\x{2028}\x{2029}])";
    } else if (in_class && from[i] == '[') {
      to += "\\[";
    } else {
      if (from[i] == '[') in_class = true;
      if (from[i] == ']') in_class = false;
      to += from[i];
    }
  }
  return to;
}

} // namespace

result<std::int64_t> search_pattern(std::string_view text, std::string_view pattern) {
  if (pattern.size() > longest_pattern)
    return failure{fault::failed,
                   fmt::format("a pattern has {} characters at most", longest_pattern)};
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(pattern_memory);
  RE2 compiled(translated(pattern), options);
  if (!compiled.ok())
    return failure{fault::failed, fmt::format("\"{}\" is no pattern that it can match: {}", pattern,
                                              compiled.error())};
  re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece found;
  if (!compiled.Match(whole, 0, text.size(), RE2::UNANCHORED, &found, 1)) return std::int64_t{-1};
  auto offset = static_cast<std::size_t>(found.data() - whole.data());
  return static_cast<std::int64_t>(length16(text.substr(0, offset)));
}

} // namespace quipu::mapper
