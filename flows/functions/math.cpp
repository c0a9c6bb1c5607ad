#include "flows/functions/domains.hpp"
#include "flows/mapper/number.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace quipu::mapper {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <double (*F)(double)>
value of_one(call& c) {
  return F(c.number(0));
}

template <class Fold>
void each_number(call& c, const value& what, Fold& fold) {
  if (what.is_array()) {
    for (std::size_t i = 0; i < what.size() && c.spend.touch(1); ++i)
      each_number(c, what.item(i), fold);
  } else {
    fold(what);
  }
}

/// Folds the operands, nested arrays flattened, from left to right.
template <class Fold>
void each_number(call& c, Fold fold) {
  for (const auto& operand : c.operands) each_number(c, operand, fold);
}

value add(call& c) {
  double sum = 0;
  each_number(c, [&](const value& next) {
    if (next.is_string() || next.is_object() || next.is_date())
      c.fail(fmt::format("it wants numbers, not {}; {{@unary.positive}} makes it one, "
                         "{{@string.concat}} joins text",
                         described(next)));
    sum += to_number(next, c.spend);
  });
  return sum;
}

/// Folds what follows the first number into it; without any there is nothing to begin with.
template <class Fold>
value from_first(call& c, Fold fold) {
  std::optional<double> so_far;
  each_number(c, [&](const value& next) {
    so_far = so_far ? fold(*so_far, next) : to_number(next, c.spend);
  });
  return so_far ? value(*so_far) : c.fail("it wants one number or more");
}

value subtract(call& c) {
  return from_first(
      c, [&](double so_far, const value& next) { return so_far - to_number(next, c.spend); });
}

value multiply(call& c) {
  return from_first(
      c, [&](double so_far, const value& next) { return so_far * to_number(next, c.spend); });
}

value divide(call& c) {
  return from_first(c, [&](double so_far, const value& next) {
    if (next.is_number() && next.number() == 0) return nan;
    return so_far / to_number(next, c.spend);
  });
}

/// The library's may be off by the last bit where the root is an integer.
double cube_root(double number) {
  double root = std::cbrt(number);
  double whole = std::round(root);
  return whole * whole * whole == number ? whole : root;
}

double sign(double number) {
  return std::isnan(number) || number == 0 ? number : number > 0 ? 1 : -1;
}
double as_float(double number) { return static_cast<double>(static_cast<float>(number)); }
double leading_zeros(double number) { return std::countl_zero(uint32_of(number)); }

value imul(call& c) {
  auto product = uint32_of(c.number(0)) * uint32_of(c.number(1));
  return double(static_cast<std::int32_t>(product));
}

value atan2(call& c) { return std::atan2(c.number(0), c.number(1)); }
value pow(call& c) { return power(c.number(0), c.number(1)); }

value hypot(call& c) {
  double sum = 0;
  bool none = false;
  for (std::size_t i = 0; i < c.count(); ++i) {
    double next = c.number(i);
    if (std::isinf(next)) return infinity;
    none = none || std::isnan(next);
    sum = std::hypot(sum, next);
  }
  return none ? nan : sum;
}

value largest(call& c) {
  double most = -infinity;
  for (std::size_t i = 0; i < c.count(); ++i) {
    double next = c.number(i);
    if (std::isnan(next) || std::isnan(most))
      most = nan;
    else if (next > most || (next == 0 && most == 0 && !std::signbit(next)))
      most = next;
  }
  return most;
}

value smallest(call& c) {
  double least = infinity;
  for (std::size_t i = 0; i < c.count(); ++i) {
    double next = c.number(i);
    if (std::isnan(next) || std::isnan(least))
      least = nan;
    else if (next < least || (next == 0 && least == 0 && std::signbit(next)))
      least = next;
  }
  return least;
}

value random(call& c) { return c.from->chance(); }

} // namespace

std::span<const function> math_functions() {
  static constexpr std::array rows{
      function{"add", add, "a, ...", "13.8.1", "the sum, of nested arrays too; 0 of nothing",
               "[1, 2], 3 -> 6"},
      function{"subtract", subtract, "a, ...", "13.8.2", "the first less all others",
               "10, [1, 2] -> 7"},
      function{"multiply", multiply, "a, ...", "13.7", "the product, of nested arrays too",
               "2, 3, 4 -> 24"},
      function{"divide", divide, "a, ...", "13.7",
               "the first divided by all others; NaN if one of them is 0", "64, 4, 2 -> 8"},
      function{"abs", of_one<std::fabs>, "a", "21.3.2.1", "without its sign", "-4 -> 4"},
      function{"acos", of_one<std::acos>, "a", "21.3.2.2", "arc cosine, radians", "1 -> 0"},
      function{"acosh", of_one<std::acosh>, "a", "21.3.2.3", "inverse hyperbolic cosine", "1 -> 0"},
      function{"asin", of_one<std::asin>, "a", "21.3.2.4", "arc sine, radians", "0 -> 0"},
      function{"asinh", of_one<std::asinh>, "a", "21.3.2.5", "inverse hyperbolic sine", "0 -> 0"},
      function{"atan", of_one<std::atan>, "a", "21.3.2.6", "arc tangent, radians", "0 -> 0"},
      function{"atan2", atan2, "y, x", "21.3.2.8", "the angle of the point (x, y)", "0, 1 -> 0"},
      function{"atanh", of_one<std::atanh>, "a", "21.3.2.7", "inverse hyperbolic tangent",
               "0 -> 0"},
      function{"cbrt", of_one<cube_root>, "a", "21.3.2.9", "cube root", "27 -> 3"},
      function{"ceil", of_one<std::ceil>, "a", "21.3.2.10", "the next integer up", "4.1 -> 5"},
      function{"clz32", of_one<leading_zeros>, "a", "21.3.2.11", "leading zeros of 32 bits",
               "1 -> 31"},
      function{"cos", of_one<std::cos>, "a", "21.3.2.12", "cosine", "0 -> 1"},
      function{"cosh", of_one<std::cosh>, "a", "21.3.2.13", "hyperbolic cosine", "0 -> 1"},
      function{"exp", of_one<std::exp>, "a", "21.3.2.14", "e to the power a", "0 -> 1"},
      function{"expm1", of_one<std::expm1>, "a", "21.3.2.15", "exp(a) - 1", "0 -> 0"},
      function{"floor", of_one<std::floor>, "a", "21.3.2.16", "the next integer down",
               "-4.1 -> -5"},
      function{"fround", of_one<as_float>, "a", "21.3.2.17", "the nearest 32-bit float",
               "5.05 -> 5.050000190734863"},
      function{"hypot", hypot, "a, ...", "21.3.2.18", "the root of the sum of squares",
               "3, 4 -> 5"},
      function{"imul", imul, "a, b", "21.3.2.19", "the product in 32 bits", "4294967295, 5 -> -5"},
      function{"log", of_one<std::log>, "a", "21.3.2.20", "natural logarithm", "1 -> 0"},
      function{"log10", of_one<std::log10>, "a", "21.3.2.22", "logarithm to base 10", "1000 -> 3"},
      function{"log1p", of_one<std::log1p>, "a", "21.3.2.21", "log(1 + a)", "0 -> 0"},
      function{"log2", of_one<std::log2>, "a", "21.3.2.23", "logarithm to base 2", "8 -> 3"},
      function{"max", largest, "a, ...", "21.3.2.24", "the largest; -Infinity of nothing",
               "3, 9, -2 -> 9"},
      function{"min", smallest, "a, ...", "21.3.2.25", "the smallest; Infinity of nothing",
               "3, 9, -2 -> -2"},
      function{"pow", pow, "base, exponent", "21.3.2.26", "base to the power exponent",
               "2, 10 -> 1024"},
      function{"random", random, "", "21.3.2.27",
               "a number in [0, 1), the same if the step is made again", "", true},
      function{"round", of_one<round>, "a", "21.3.2.28", "the nearest integer, halves up",
               "-2.5 -> -2"},
      function{"sign", of_one<sign>, "a", "21.3.2.29", "-1, 0 or 1", "-7 -> -1"},
      function{"sin", of_one<std::sin>, "a", "21.3.2.30", "sine", "0 -> 0"},
      function{"sinh", of_one<std::sinh>, "a", "21.3.2.31", "hyperbolic sine", "0 -> 0"},
      function{"sqrt", of_one<std::sqrt>, "a", "21.3.2.32", "square root", "9 -> 3"},
      function{"tan", of_one<std::tan>, "a", "21.3.2.33", "tangent", "0 -> 0"},
      function{"tanh", of_one<std::tanh>, "a", "21.3.2.34", "hyperbolic tangent", "0 -> 0"},
      function{"trunc", of_one<std::trunc>, "a", "21.3.2.35", "without its fraction", "-4.7 -> -4"},
  };
  return rows;
}

} // namespace quipu::mapper
