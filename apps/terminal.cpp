#include "apps/terminal.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <unistd.h>

namespace quipu {

namespace {

struct character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The first character of `text`, which is not empty.
character first_of(std::string_view text) {
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

bool in(char32_t code, char32_t from, char32_t to) { return code >= from && code <= to; }

/// Moves the cursor, hides or reorders text: nothing that stored text may do to a terminal.
bool is_dangerous(char32_t code) {
  return code < 0x20 || in(code, 0x7f, 0x9f) || in(code, 0x200e, 0x200f) ||
         in(code, 0x2028, 0x202e) || in(code, 0x2066, 0x2069) || code == 0xfeff ||
         in(code, 0xe0000, 0xe007f);
}

bool is_wide(char32_t code) {
  return in(code, 0x1100, 0x115f) || in(code, 0x2e80, 0xa4cf) || in(code, 0xac00, 0xd7a3) ||
         in(code, 0xf900, 0xfaff) || in(code, 0xfe30, 0xfe6f) || in(code, 0xff00, 0xff60) ||
         in(code, 0x1f300, 0x1faff) || in(code, 0x20000, 0x3fffd);
}

bool is_combining(char32_t code) {
  return in(code, 0x300, 0x36f) || in(code, 0x200b, 0x200d) || in(code, 0xfe00, 0xfe0f);
}

} // namespace

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

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto next = first_of(text.substr(i));
    columns += is_combining(next.code) ? 0 : is_wide(next.code) ? 2 : 1;
    i += next.bytes;
  }
  return columns;
}

std::string padded(std::string_view text, std::size_t columns, bool right) {
  const auto used = width(text);
  const std::string fill(used < columns ? columns - used : 0, ' ');
  return right ? fill + std::string{text} : std::string{text} + fill;
}

terminal::terminal(std::FILE* to)
    : to_(to), live_(::isatty(::fileno(to)) == 1),
      coloured_(live_ && std::getenv("NO_COLOR") == nullptr) {}

std::string terminal::paint(colour with, std::string_view text) const {
  if (!coloured_ || with == colour::none) return std::string{text};
  return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(with), text);
}

void terminal::line(std::string_view text) {
  if (pending_) std::fputs("\r\x1b[K", to_);
  pending_ = false;
  std::fwrite(text.data(), 1, text.size(), to_);
  std::fputc('\n', to_);
  std::fflush(to_);
}

void terminal::status(std::string_view text) {
  if (!live_) return;
  std::fputs("\r\x1b[K", to_);
  std::fwrite(text.data(), 1, text.size(), to_);
  std::fflush(to_);
  pending_ = true;
}

} // namespace quipu
