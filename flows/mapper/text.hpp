#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quipu::mapper {

/// Strings as ECMA-262 measures them, kept as UTF-8.
///
/// A lone surrogate, which UTF-8 cannot say, is kept as the three bytes that its code point would
/// have (WTF-8); a high and a low one that meet are always one code point. So equal strings have
/// equal bytes. What leaves the mapper is made well-formed.

[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

/// `String.prototype.length`.
[[nodiscard]] std::size_t length16(std::string_view text) noexcept;
[[nodiscard]] std::u16string to_utf16(std::string_view text);
[[nodiscard]] std::string from_utf16(std::u16string_view units);

/// Appends, joining a pair of surrogates at the seam.
void append(std::string& to, std::string_view more);
void append_code_point(std::string& to, char32_t code);

[[nodiscard]] bool has_lone_surrogate(std::string_view text) noexcept;
/// With U+FFFD for each lone surrogate.
[[nodiscard]] std::string well_formed(std::string_view text);

/// As much of it as a message has room for.
[[nodiscard]] std::string shortened(std::string_view text);

/// The order of `<`: by UTF-16 code units.
[[nodiscard]] int compare16(std::string_view left, std::string_view right);

/// Without the white space and line ends of ECMA-262 12.2 and 12.3.
[[nodiscard]] std::string_view trim_start(std::string_view text) noexcept;
[[nodiscard]] std::string_view trim_end(std::string_view text) noexcept;
[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
  return trim_end(trim_start(text));
}

} // namespace quipu::mapper
