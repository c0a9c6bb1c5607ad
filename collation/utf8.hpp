#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quipu {

/// One character of a text that may be broken UTF-8: a broken byte is a character of its own.
struct code_point {
  char32_t code = 0; ///< or the byte
  std::size_t bytes = 1;
  bool valid = false;
};

/// The first character of `text`, which is not empty.
[[nodiscard]] code_point first_of(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Text that somebody else wrote, safe to show: control characters (terminal escapes, newlines, C1,
/// bidi overrides) and broken UTF-8 become `\x1b`, `\n`, `\u202e`; everything else stays as it is.
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace quipu
