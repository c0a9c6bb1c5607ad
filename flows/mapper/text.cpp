#include "flows/mapper/text.hpp"

#include <algorithm>

namespace quipu::mapper {

namespace {

constexpr std::size_t longest_told = 64;

constexpr bool is_high(char32_t code) { return code >= 0xd800 && code <= 0xdbff; }
constexpr bool is_low(char32_t code) { return code >= 0xdc00 && code <= 0xdfff; }

/// Reads one code point at `at` and moves behind it. A byte that begins nothing reads as itself.
char32_t next(std::string_view text, std::size_t& at) noexcept {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned lead = byte(at);
  int more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  if (more == 0 || at + static_cast<std::size_t>(more) >= text.size()) {
    ++at;
    return lead < 0x80 ? lead : 0xfffd;
  }
  char32_t code = lead & (0x3fU >> more);
  for (int i = 1; i <= more; ++i)
    code = (code << 6) | (byte(at + static_cast<std::size_t>(i)) & 0x3f);
  at += static_cast<std::size_t>(more) + 1;
  return code;
}

constexpr bool is_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0xa0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
         code == 0x205f || code == 0x3000 || code == 0xfeff;
}

/// The code units of the first two characters: as many as it takes to tell two texts apart whose
/// first characters differ, since a lone surrogate may be the first half of the other's pair.
std::u16string first_units(std::string_view text) {
  std::size_t end = 0;
  for (int i = 0; i < 2 && end < text.size(); ++i) next(text, end);
  return to_utf16(text.substr(0, end));
}

bool surrogate_at(std::string_view text, std::size_t at) noexcept {
  return at + 2 < text.size() && static_cast<unsigned char>(text[at]) == 0xed &&
         static_cast<unsigned char>(text[at + 1]) >= 0xa0;
}

} // namespace

bool is_ascii(std::string_view text) noexcept {
  unsigned char all = 0;
  for (char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

std::size_t length16(std::string_view text) noexcept {
  std::size_t units = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xc0) != 0x80;
    units += byte >= 0xf0;
  }
  return units;
}

std::u16string to_utf16(std::string_view text) {
  std::u16string units;
  units.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char32_t code = next(text, at);
    if (code >= 0x10000) {
      units.push_back(static_cast<char16_t>(0xd7c0 + (code >> 10)));
      units.push_back(static_cast<char16_t>(0xdc00 + (code & 0x3ff)));
    } else {
      units.push_back(static_cast<char16_t>(code));
    }
  }
  return units;
}

std::string from_utf16(std::u16string_view units) {
  std::string text;
  text.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t code = units[i];
    if (is_high(code) && i + 1 < units.size() && is_low(units[i + 1]))
      code = 0x10000 + ((code - 0xd800) << 10) + (units[++i] - 0xdc00U);
    append_code_point(text, code);
  }
  return text;
}

void append_code_point(std::string& to, char32_t code) {
  auto put = [&](char32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

void append(std::string& to, std::string_view more) {
  if (to.size() >= 3 && surrogate_at(more, 0) && surrogate_at(to, to.size() - 3)) {
    std::size_t left = to.size() - 3;
    std::size_t right = 0;
    char32_t high = next(to, left);
    char32_t low = next(more, right);
    if (is_high(high) && is_low(low)) {
      to.resize(to.size() - 3);
      append_code_point(to, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
      more.remove_prefix(3);
    }
  }
  to.append(more);
}

bool has_lone_surrogate(std::string_view text) noexcept {
  for (auto at = text.find('\xed'); at != text.npos; at = text.find('\xed', at + 1))
    if (surrogate_at(text, at)) return true;
  return false;
}

std::string well_formed(std::string_view text) {
  std::string made(text);
  for (auto at = made.find('\xed'); at != made.npos; at = made.find('\xed', at + 1))
    if (surrogate_at(made, at)) made.replace(at, 3, "\xef\xbf\xbd");
  return made;
}

std::string shortened(std::string_view text) {
  if (text.size() <= longest_told) return std::string(text);
  auto end = longest_told;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

int compare16(std::string_view left, std::string_view right) {
  auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (l == left.end() || r == right.end())
    return static_cast<int>(r == right.end()) - static_cast<int>(l == left.end());
  auto a = static_cast<unsigned char>(*l);
  auto b = static_cast<unsigned char>(*r);
  // Bytes are in the order of code points. Those above U+FFFF are pairs of surrogates, which come
  // before U+E000 to U+FFFF and among lone ones.
  if (a >= 0xed && b >= 0xed && (a >= 0xf0) != (b >= 0xf0))
    return first_units(left.substr(static_cast<std::size_t>(l - left.begin()))) <
                   first_units(right.substr(static_cast<std::size_t>(r - right.begin())))
               ? -1
               : 1;
  return a < b ? -1 : 1;
}

std::string_view trim_start(std::string_view text) noexcept {
  while (!text.empty()) {
    std::size_t behind = 0;
    if (!is_space(next(text, behind))) break;
    text.remove_prefix(behind);
  }
  return text;
}

std::string_view trim_end(std::string_view text) noexcept {
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
    std::size_t at = begin;
    if (!is_space(next(text, at))) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

} // namespace quipu::mapper
