#include "flows/mapper/number.hpp"
#include "flows/functions/comparison.hpp"
#include "flows/functions/domains.hpp"

#include <array>
#include <cmath>

namespace quipu::mapper {

namespace {

value math(std::string_view name, call& c) {
  for (const auto& row : math_functions())
    if (row.name == name) return row.run(c);
  return {};
}

value is_finite(call& c) { return c.at(0).is_number() && std::isfinite(c.at(0).number()); }
value is_nan(call& c) { return c.at(0).is_number() && std::isnan(c.at(0).number()); }
value is_integer(call& c) {
  return c.at(0).is_number() && std::isfinite(c.at(0).number()) &&
         c.at(0).number() == std::trunc(c.at(0).number());
}
value is_even(call& c) { return std::fmod(c.number(0), 2) == 0; }
value is_odd(call& c) {
  double number = c.number(0);
  return !std::isnan(number) && std::fmod(number, 2) != 0;
}

value read_float(call& c) { return parse_float(c.string(0)); }
value read_int(call& c) { return parse_int(c.string(0), int32_of(c.number(1))); }

/// The digits asked for, or none and the failure said.
std::optional<int> digits(call& c, int least) {
  double wanted = integer_of(c.number(1));
  if (wanted >= least && wanted <= 100) return static_cast<int>(wanted);
  c.fail(fmt::format("it can write {} to 100 digits, not {}", least, print(wanted)));
  return std::nullopt;
}

value fixed(call& c) {
  if (!c.at(0).is_number()) return c.wants("a number");
  auto wanted = digits(c, 0);
  if (!wanted) return {};
  double number = c.at(0).number();
  return std::isfinite(number) ? to_fixed(number, *wanted) : print(number);
}

value exponential(call& c) {
  if (!c.at(0).is_number()) return c.wants("a number");
  double number = c.at(0).number();
  if (!std::isfinite(number)) return print(number);
  if (c.at(1).is_undefined()) return to_exponential(number, -1);
  auto wanted = digits(c, 0);
  return wanted ? value(to_exponential(number, *wanted)) : value();
}

value precision(call& c) {
  if (!c.at(0).is_number()) return c.wants("a number");
  double number = c.at(0).number();
  if (c.at(1).is_undefined() || !std::isfinite(number)) return print(number);
  auto wanted = digits(c, 1);
  return wanted ? value(to_precision(number, *wanted)) : value();
}

value largest(call& c) { return math("max", c); }
value smallest(call& c) { return math("min", c); }
value raised(call& c) { return power(c.number(0), c.number(1)); }
value rounded(call& c) { return round(c.number(0)); }

} // namespace

std::span<const function> number_functions() {
  static constexpr std::array rows{
      function{"isFinite", is_finite, "a", "21.1.2.2", "whether it is a number and finite",
               R"("5" -> false)"},
      function{"isEven", is_even, "a", "quipu", "whether `a % 2` is 0", "4 -> true"},
      function{"isOdd", is_odd, "a", "quipu", "whether it is a number and not even", "-7 -> true"},
      function{"isInteger", is_integer, "a", "21.1.2.3", "whether it is a number without fraction",
               "4 -> true"},
      function{"isNaN", is_nan, "a", "21.1.2.4", "whether it is NaN", R"("x" -> false)"},
      function{"parseFloat", read_float, "text", "19.2.4", "the number that the text begins with",
               R"("12.5kg" -> 12.5)"},
      function{"parseInt", read_int, "text, radix?", "19.2.5",
               "the integer that the text begins with", R"("ff", 16 -> 255)"},
      function{"toFixed", fixed, "number, digits?", "21.1.3.3",
               "with so many digits behind the point", R"(2.345, 2 -> "2.35")"},
      function{"toExponential", exponential, "number, digits?", "21.1.3.2", "with an exponent",
               R"(12345, 2 -> "1.23e+4")"},
      function{"toPrecision", precision, "number, digits?", "21.1.3.5",
               "with so many digits in all", R"(0.000123, 2 -> "0.00012")"},
      function{"gte", at_least, "a, b", "7.2.13", "`a >= b`", "5, 5 -> true"},
      function{"lte", at_most, "a, b", "7.2.13", "`a <= b`", "5, 4 -> false"},
      function{"gt", greater, "a, b", "7.2.13", "`a > b`", "5, 4 -> true"},
      function{"lt", less, "a, b", "7.2.13", "`a < b`", "5, 4 -> false"},
      function{"max", largest, "a, ...", "21.3.2.24", "the largest", "3, 9 -> 9"},
      function{"min", smallest, "a, ...", "21.3.2.25", "the smallest", "3, 9 -> 3"},
      function{"pow", raised, "base, exponent", "21.3.2.26", "base to the power exponent",
               "2, 3 -> 8"},
      function{"round", rounded, "a", "21.3.2.28", "the nearest integer, halves up", "2.5 -> 3"},
  };
  return rows;
}

} // namespace quipu::mapper
