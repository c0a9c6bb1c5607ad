#include "flows/schema/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace quipu::draft7 {

namespace {

// Holds every 64-bit integer and every double exactly.
using wide = long double;
static_assert(std::numeric_limits<wide>::digits >= 64);

__extension__ using uint128 = unsigned __int128;

wide widen(const json& number) noexcept {
  if (number.is_number_unsigned()) return static_cast<wide>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<wide>(number.get<std::int64_t>());
  return static_cast<wide>(number.get<double>());
}

// digits * 10^exponent; no zero at the end of the digits, unless they are 0.
struct decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

decimal trimmed(decimal value) {
  while (value.digits != 0 && value.digits % 10 == 0) {
    value.digits /= 10;
    ++value.exponent;
  }
  return value;
}

std::uint64_t magnitude(const json& whole) {
  if (whole.is_number_unsigned()) return whole.get<std::uint64_t>();
  const auto value = whole.get<std::int64_t>();
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

// Without its sign. Of a double: the shortest digits that mean it, at most 17.
decimal to_decimal(const json& number) {
  if (number.is_number_integer()) return trimmed({magnitude(number), 0});
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.begin(), text.end(), std::fabs(number.get<double>()),
                                          std::chars_format::scientific);
  decimal value;
  const auto* at = text.begin();
  bool fraction = false;
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    value.digits = value.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (fraction) --value.exponent;
  }
  if (at == end) return {};
  ++at;
  if (*at == '+') ++at;
  int exponent = 0;
  std::from_chars(at, end, exponent);
  value.exponent += exponent;
  return trimmed(value);
}

} // namespace

std::partial_ordering compare(const json& a, const json& b) noexcept {
  return widen(a) <=> widen(b);
}

bool is_whole(const json& number) noexcept {
  if (number.is_number_integer()) return true;
  const auto value = number.get<double>();
  return std::isfinite(value) && std::trunc(value) == value;
}

bool is_multiple(const json& number, const json& of) {
  if (number.is_number_integer() && of.is_number_integer())
    return magnitude(number) % magnitude(of) == 0;
  if (number.is_number_float() && !std::isfinite(number.get<double>())) return false;
  const auto value = to_decimal(number);
  const auto unit = to_decimal(of);
  if (value.digits == 0) return true;
  // Else the digits of the value would end in a zero.
  if (value.exponent < unit.exponent) return false;
  uint128 rest = value.digits % unit.digits;
  for (auto i = unit.exponent; i < value.exponent && rest != 0; ++i) rest = rest * 10 % unit.digits;
  return rest == 0;
}

} // namespace quipu::draft7
