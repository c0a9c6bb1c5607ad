#include "flows/reader/scalar.hpp"

#include <double-conversion/string-to-double.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace quipu::reader {
namespace {

template <class... Texts>
bool is_one_of(std::string_view text, Texts... names) {
  return ((text == names) || ...);
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

double to_double(std::string_view text) {
  const double_conversion::StringToDoubleConverter convert{
      double_conversion::StringToDoubleConverter::NO_FLAGS, 0.0,
      std::numeric_limits<double>::quiet_NaN(), nullptr, nullptr};
  int used = 0;
  return convert.StringToDouble(text.data(), static_cast<int>(text.size()), &used);
}

/// Digits of a base as the smallest type that holds them; none: no type of 64 bits does.
std::optional<json> whole_number(std::string_view digits, bool negative, int base) {
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative)
    return magnitude <= most + 1 ? std::optional<json>{static_cast<std::int64_t>(~magnitude + 1)}
                                 : std::nullopt;
  return magnitude <= most ? json(static_cast<std::int64_t>(magnitude)) : json(magnitude);
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, the sign taken off.
bool is_float(std::string_view text) {
  if (const auto e = text.find_first_of("eE"); e != text.npos) {
    auto exponent = text.substr(e + 1);
    if (exponent.starts_with('-') || exponent.starts_with('+')) exponent.remove_prefix(1);
    if (!all_digits(exponent)) return false;
    text = text.substr(0, e);
  }
  const auto dot = text.find('.');
  if (dot == text.npos) return all_digits(text);
  const auto whole = text.substr(0, dot);
  const auto fraction = text.substr(dot + 1);
  if (whole.empty()) return all_digits(fraction);
  return all_digits(whole) && (fraction.empty() || all_digits(fraction));
}

} // namespace

json plain_scalar(std::string_view text) {
  if (is_one_of(text, "", "~", "null", "Null", "NULL")) return nullptr;
  if (is_one_of(text, "true", "True", "TRUE")) return true;
  if (is_one_of(text, "false", "False", "FALSE")) return false;
  if (is_one_of(text, ".nan", ".NaN", ".NAN")) return std::numeric_limits<double>::quiet_NaN();

  const bool octal = text.starts_with("0o");
  if (octal || text.starts_with("0x")) {
    if (auto number = whole_number(text.substr(2), false, octal ? 8 : 16)) return *number;
    return std::string{text};
  }
  const bool negative = text.starts_with('-');
  const auto unsigned_text = negative || text.starts_with('+') ? text.substr(1) : text;
  if (is_one_of(unsigned_text, ".inf", ".Inf", ".INF")) {
    constexpr auto endless = std::numeric_limits<double>::infinity();
    return negative ? -endless : endless;
  }
  if (all_digits(unsigned_text))
    if (auto number = whole_number(unsigned_text, negative, 10)) return *number;
  if (is_float(unsigned_text)) {
    const auto number = to_double(unsigned_text);
    return negative ? -number : number;
  }
  return std::string{text};
}

} // namespace quipu::reader
