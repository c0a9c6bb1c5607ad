#include "flows/mapper/number.hpp"

#include "flows/mapper/text.hpp"

#include <double-conversion/double-conversion.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace quipu::mapper {

namespace {

using double_conversion::DoubleToStringConverter;
using double_conversion::StringBuilder;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int room = 256; ///< for 60 digits before the point, 100 behind it

template <class Write>
std::string printed(double number, Write write) {
  char buffer[room];
  StringBuilder builder(buffer, room);
  if (!write(DoubleToStringConverter::EcmaScriptConverter(), builder)) {
    builder.Reset();
    DoubleToStringConverter::EcmaScriptConverter().ToShortest(number, &builder);
  }
  return builder.Finalize();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_of(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

/// How many leading characters are a StrDecimalLiteral; 0: none.
std::size_t decimal_prefix(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  if (text.substr(at).starts_with("Infinity")) return at + 8;
  std::size_t digits = 0;
  while (at < text.size() && is_digit(text[at])) ++at, ++digits;
  if (at < text.size() && text[at] == '.' &&
      (digits > 0 || (at + 1 < text.size() && is_digit(text[at + 1])))) {
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at, ++digits;
  }
  if (digits == 0) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t end = at + 1;
    if (end < text.size() && (text[end] == '+' || text[end] == '-')) ++end;
    if (end < text.size() && is_digit(text[end])) {
      while (end < text.size() && is_digit(text[end])) ++end;
      at = end;
    }
  }
  return at;
}

double read_decimal(std::string_view text) {
  static const double_conversion::StringToDoubleConverter reader(
      double_conversion::StringToDoubleConverter::NO_FLAGS, nan, nan, "Infinity", nullptr);
  int used = 0;
  return reader.StringToDouble(text.data(), static_cast<int>(text.size()), &used);
}

/// Digits of `bits` bits each, rounded once.
double read_bits(std::string_view digits, int bits) {
  std::uint64_t leading = 0;
  std::uint64_t lost = 0; // whether anything but zeros is behind what is kept
  int behind = 0;
  for (char c : digits) {
    auto digit = static_cast<std::uint64_t>(digit_of(c));
    if (leading >> (64 - bits) == 0) {
      leading = leading << bits | digit;
    } else {
      lost |= digit;
      behind += bits;
    }
  }
  return std::ldexp(static_cast<double>(leading | (lost != 0)), behind);
}

/// All of `digits` in `radix`, which is not ten. Where 19.2.5 leaves it to the implementation, as V8:
/// rounded once for as many digits as fit in 32 bits.
double read_radix(std::string_view digits, int radix) {
  auto base = static_cast<unsigned>(radix);
  if (std::has_single_bit(base)) return read_bits(digits, std::countr_zero(base));
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max() / 36;
  double sum = 0;
  for (std::size_t at = 0; at < digits.size();) {
    std::uint32_t part = 0;
    std::uint32_t scale = 1;
    for (; at < digits.size() && scale * base <= most; ++at, scale *= base)
      part = part * base + static_cast<std::uint32_t>(digit_of(digits[at]));
    sum = sum * scale + part;
  }
  return sum;
}

} // namespace

std::string print(double number) {
  if (std::abs(number) < 1e15 && number == std::trunc(number)) {
    char buffer[24];
    auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, static_cast<std::int64_t>(number));
    return {buffer, end};
  }
  return printed(number, [&](auto& to, auto& out) { return to.ToShortest(number, &out); });
}

double number_of(std::string_view text) {
  text = trim(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text[0] == '0') {
    int radix = 0;
    switch (text[1]) {
    case 'x':
    case 'X': radix = 16; break;
    case 'o':
    case 'O': radix = 8; break;
    case 'b':
    case 'B': radix = 2; break;
    default: break;
    }
    if (radix > 0) {
      auto digits = text.substr(2);
      for (char c : digits)
        if (digit_of(c) >= radix) return nan;
      return read_radix(digits, radix);
    }
  }
  return decimal_prefix(text) == text.size() ? read_decimal(text) : nan;
}

double parse_float(std::string_view text) {
  text = trim_start(text);
  auto used = decimal_prefix(text);
  return used == 0 ? nan : read_decimal(text.substr(0, used));
}

double parse_int(std::string_view text, int radix) {
  text = trim_start(text);
  bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  bool strip = radix == 0 || radix == 16;
  if (radix != 0 && (radix < 2 || radix > 36)) return nan;
  if (radix == 0) radix = 10;
  if (strip && text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    radix = 16;
  }
  std::size_t used = 0;
  while (used < text.size() && digit_of(text[used]) < radix) ++used;
  if (used == 0) return nan;
  text = text.substr(0, used);
  double read = radix == 10 ? read_decimal(text) : read_radix(text, radix);
  return negative ? -read : read;
}

std::string to_fixed(double number, int digits) {
  if (std::abs(number) >= 1e21) return print(number);
  return printed(number, [&](auto& to, auto& out) { return to.ToFixed(number, digits, &out); });
}

std::string to_exponential(double number, int digits) {
  return printed(number,
                 [&](auto& to, auto& out) { return to.ToExponential(number, digits, &out); });
}

std::string to_precision(double number, int digits) {
  return printed(number, [&](auto& to, auto& out) { return to.ToPrecision(number, digits, &out); });
}

double integer_of(double number) noexcept {
  return std::isnan(number) ? 0 : std::trunc(number) + 0.0;
}

std::uint32_t uint32_of(double number) noexcept {
  if (!std::isfinite(number)) return 0;
  if (std::abs(number) < 9e18)
    return static_cast<std::uint32_t>(
        static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
  double rest = std::fmod(std::trunc(number), 4294967296.0);
  if (rest < 0) rest += 4294967296.0;
  return static_cast<std::uint32_t>(rest);
}

std::int32_t int32_of(double number) noexcept {
  return static_cast<std::int32_t>(uint32_of(number));
}

double round(double number) noexcept {
  double below = std::floor(number);
  return std::copysign(number - below >= 0.5 ? below + 1 : below, number);
}

double power(double base, double exponent) noexcept {
  if (std::isnan(exponent)) return nan;
  if (std::isinf(exponent) && std::abs(base) == 1) return nan;
  return std::pow(base, exponent);
}

std::int64_t index_of(std::string_view key) noexcept {
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return -1;
  std::int64_t index = 0;
  for (char c : key) {
    if (!is_digit(c)) return -1;
    index = index * 10 + (c - '0');
  }
  return index < std::numeric_limits<std::uint32_t>::max() ? index : -1;
}

} // namespace quipu::mapper
