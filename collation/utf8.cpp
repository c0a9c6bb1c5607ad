#include "collation/utf8.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace quipu {

namespace {

bool in(char32_t code, char32_t from, char32_t to) { return code >= from && code <= to; }

/// Moves the cursor, hides or reorders text: nothing that stored text may do to a terminal.
bool is_dangerous(char32_t code) {
  return code < 0x20 || in(code, 0x7f, 0x9f) || code == 0x61c || in(code, 0x200e, 0x200f) ||
         in(code, 0x2028, 0x202e) || in(code, 0x2066, 0x2069) || code == 0xfeff ||
         in(code, 0xe0000, 0xe007f);
}

} // namespace

code_point first_of(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {lead, 1, false};
  char32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= least[bytes] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return {valid ? code : lead, valid ? bytes : 1, valid};
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto next = first_of(text);
    if (!next.valid) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto next = first_of(text.substr(i));
    const auto code = static_cast<std::uint32_t>(next.code);
    if (next.valid && next.code == '\n') {
      out += "\\n";
    } else if (next.valid && next.code == '\t') {
      out += "\\t";
    } else if (next.valid && !is_dangerous(next.code)) {
      out += text.substr(i, next.bytes);
    } else {
      out += code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
    }
    i += next.bytes;
  }
  return out;
}

} // namespace quipu
