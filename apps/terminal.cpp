#include "apps/terminal.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <unistd.h>

namespace quipu {

namespace {

bool in(char32_t code, char32_t from, char32_t to) { return code >= from && code <= to; }

bool is_wide(char32_t code) {
  return in(code, 0x1100, 0x115f) || in(code, 0x2e80, 0xa4cf) || in(code, 0xac00, 0xd7a3) ||
         in(code, 0xf900, 0xfaff) || in(code, 0xfe30, 0xfe6f) || in(code, 0xff00, 0xff60) ||
         in(code, 0x1f300, 0x1faff) || in(code, 0x20000, 0x3fffd);
}

bool is_combining(char32_t code) {
  return in(code, 0x300, 0x36f) || in(code, 0x200b, 0x200d) || in(code, 0xfe00, 0xfe0f);
}

} // namespace

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
