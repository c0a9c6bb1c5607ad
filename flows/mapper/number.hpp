#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quipu::mapper {

/// Numbers as ECMA-262 reads, rounds and prints them.

/// Number::toString (6.1.6.1.20): the shortest digits that read back as the same number.
[[nodiscard]] std::string print(double number);
[[nodiscard]] double number_of(std::string_view text);   ///< StringToNumber (7.1.4.1.1)
[[nodiscard]] double parse_float(std::string_view text); ///< 19.2.4
[[nodiscard]] double parse_int(std::string_view text,
                               int radix); ///< 19.2.5; radix as after ToInt32

/// `digits` are in range: the callers check.
[[nodiscard]] std::string to_fixed(double number, int digits);       ///< 21.1.3.3
[[nodiscard]] std::string to_exponential(double number, int digits); ///< 21.1.3.2; -1: as needed
[[nodiscard]] std::string to_precision(double number, int digits);   ///< 21.1.3.5

[[nodiscard]] double integer_of(double number) noexcept;           ///< ToIntegerOrInfinity (7.1.5)
[[nodiscard]] std::int32_t int32_of(double number) noexcept;       ///< ToInt32 (7.1.6)
[[nodiscard]] std::uint32_t uint32_of(double number) noexcept;     ///< ToUint32 (7.1.7)
[[nodiscard]] double round(double number) noexcept;                ///< Math.round (21.3.2.28)
[[nodiscard]] double power(double base, double exponent) noexcept; ///< Number::exponentiate

/// An index as property keys write it: "0", "17", but not "01" or "-1". Otherwise -1.
[[nodiscard]] std::int64_t index_of(std::string_view key) noexcept;

} // namespace quipu::mapper
