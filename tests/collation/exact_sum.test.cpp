#include "collation/exact_sum.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace quipu;

namespace {

double summed(const std::vector<double>& numbers) {
  std::map<int, std::int64_t> limbs;
  for (const auto number : numbers)
    for (const auto& [place, amount] : limbs_of(number)) limbs[place] += amount;
  return sum_of(limbs);
}

constexpr double huge = std::numeric_limits<double>::max();
constexpr double tiny = std::numeric_limits<double>::denorm_min();

/// Of every size that there is.
double any_double(std::mt19937_64& random) {
  const auto exponent = static_cast<int>(random() % 1900) - 1000;
  const auto mantissa = static_cast<double>(random() >> 11U);
  return std::ldexp(random() % 2 == 0 ? mantissa : -mantissa, exponent - 52);
}

} // namespace

TEST_CASE("a number is the sum of its limbs, and a small whole number is one limb") {
  REQUIRE(limbs_of(0) == std::vector<limb>{{0, 0}});
  REQUIRE(limbs_of(7) == std::vector<limb>{{0, 7}});
  REQUIRE(limbs_of(-4294967296.0) == std::vector<limb>{{1, -1}});
  for (const double number : {1.0, -1.0, 0.1, 1e300, -1e-300, huge, -huge, tiny, -tiny, 1.0 / 3})
    REQUIRE(summed({number}) == number);
  std::mt19937_64 random{1};
  for (int i = 0; i < 10'000; ++i) {
    const auto number = any_double(random);
    REQUIRE(limbs_of(number).size() <= 3);
    REQUIRE(summed({number}) == number);
  }
}

TEST_CASE("a sum is exact and rounded once, as that of Python's fsum") {
  REQUIRE(summed(std::vector<double>(10, 0.1)) == 1.0);
  REQUIRE(summed({1e16, 1, 1e-16, -1e16}) == 1.0);
  REQUIRE(summed({1e100, 1.0, -1e100, 1e-100, 1e50, -1.0, -1e50}) == 1e-100);
  REQUIRE(summed({huge, huge, -huge}) == huge);
  REQUIRE(summed({0.1, -0.1}) == 0.0);
  REQUIRE(summed({4294967296.0, -4294967295.0}) == 1.0);
  // Half way between two doubles it is the even one, unless a little is to come.
  REQUIRE(summed({9007199254740992.0, 1.0}) == 9007199254740992.0);
  REQUIRE(summed({9007199254740992.0, 1.0, tiny}) == 9007199254740994.0);
  REQUIRE(summed({9007199254740992.0, 1.0, -tiny}) == 9007199254740992.0);
  REQUIRE(summed({-9007199254740992.0, -1.0, -tiny}) == -9007199254740994.0);
  REQUIRE(summed({9007199254740994.0, 1.0}) == 9007199254740996.0);
  REQUIRE(summed({huge, huge}) == std::numeric_limits<double>::infinity());
}

TEST_CASE("the order in which numbers are added does not matter, and what is taken away is gone") {
  std::mt19937_64 random{7};
  for (int round = 0; round < 200; ++round) {
    std::vector<double> numbers;
    for (int i = 0; i < 20; ++i) numbers.push_back(any_double(random));
    const auto sum = summed(numbers);
    std::shuffle(numbers.begin(), numbers.end(), random);
    REQUIRE(summed(numbers) == sum);
    auto nothing = numbers;
    for (const auto number : numbers) nothing.push_back(-number);
    nothing.push_back(0.5);
    REQUIRE(summed(nothing) == 0.5);
  }
}

TEST_CASE("numbers as texts sort as numbers do") {
  std::vector<double> numbers{-huge, -1e10, -2, -1, -tiny, 0, tiny, 1, 2, 10, 1e10, huge};
  std::mt19937_64 random{3};
  for (int i = 0; i < 1000; ++i) numbers.push_back(any_double(random));
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    REQUIRE(number_of(sortable(numbers[i])) == numbers[i]);
    if (numbers[i - 1] < numbers[i]) REQUIRE(sortable(numbers[i - 1]) < sortable(numbers[i]));
  }
  REQUIRE(sortable(-0.0) == sortable(0.0));
  REQUIRE(std::isnan(number_of("nonsense")));
}
