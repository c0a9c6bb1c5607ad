#include "flows/functions/domains.hpp"
#include "flows/mapper/number.hpp"

#include <array>

namespace quipu::mapper {

namespace {

std::int32_t left(const call& c) { return int32_of(c.number(0)); }
std::int32_t right(const call& c) { return int32_of(c.number(1)); }
std::uint32_t distance(const call& c) { return uint32_of(c.number(1)) & 31; }

value bit_and(call& c) { return double(left(c) & right(c)); }
value bit_or(call& c) { return double(left(c) | right(c)); }
value bit_xor(call& c) { return double(left(c) ^ right(c)); }
value shift_left(call& c) {
  return double(static_cast<std::int32_t>(static_cast<std::uint32_t>(left(c)) << distance(c)));
}
value shift_right(call& c) { return double(left(c) >> distance(c)); }
value shift_right_unsigned(call& c) { return double(uint32_of(c.number(0)) >> distance(c)); }

} // namespace

std::span<const function> bitwise_functions() {
  static constexpr std::array rows{
      function{"and", bit_and, "a, b", "13.12", "`a & b` of 32-bit integers", "12, 10 -> 8"},
      function{"or", bit_or, "a, b", "13.12", "`a | b` of 32-bit integers", "12, 10 -> 14"},
      function{"xor", bit_xor, "a, b", "13.12", "`a ^ b` of 32-bit integers", "12, 10 -> 6"},
      function{"leftShift", shift_left, "a, bits", "13.9.1", "`a << bits`", "1, 31 -> -2147483648"},
      function{"rightShift", shift_right, "a, bits", "13.9.2", "`a >> bits`, the sign kept",
               "-9, 1 -> -5"},
      function{"unsignedRightShift", shift_right_unsigned, "a, bits", "13.9.3",
               "`a >>> bits`, zeros shifted in", "-1, 28 -> 15"},
  };
  return rows;
}

} // namespace quipu::mapper
