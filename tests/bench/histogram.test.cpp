#include "tests/bench/histogram.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using quipu::bench::histogram;

namespace {

double exact(const std::vector<std::uint64_t>& sorted, double part) {
  const auto at = static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::max<std::size_t>(at, 1) - 1]);
}

} // namespace

TEST_CASE("quantiles are those of the sorted times, to one part in 128") {
  std::mt19937_64 random{7};
  // Times as they are: most alike, some a thousand times as long.
  std::lognormal_distribution<double> times{12.0, 1.7};
  for (const std::size_t count : {1U, 2U, 10U, 999U, 50'000U}) {
    histogram made;
    std::vector<std::uint64_t> all;
    for (std::size_t each = 0; each < count; ++each) {
      all.push_back(static_cast<std::uint64_t>(times(random)));
      made.add(all.back());
    }
    std::sort(all.begin(), all.end());
    for (const double part : {0.0, 0.001, 0.5, 0.9, 0.99, 0.999, 1.0})
      CHECK(made.quantile(part) == Approx(exact(all, part)).epsilon(1.0 / 128));
  }
}

TEST_CASE("short times are exact, and what is too long is the longest") {
  for (std::uint64_t ns = 0; ns < 256; ++ns) {
    histogram made;
    made.add(ns);
    CHECK(made.quantile(0.5) == static_cast<double>(ns));
  }
  histogram made;
  made.add(UINT64_MAX);
  CHECK(made.quantile(1) > 5e11);
  CHECK(histogram{}.quantile(0.5) == 0);
}

TEST_CASE("two histograms together are the histogram of all their times") {
  histogram one;
  histogram other;
  histogram all;
  for (std::uint64_t ns = 1; ns < 100'000; ns = ns * 5 / 4 + 1) {
    (ns % 2 == 0 ? one : other).add(ns);
    all.add(ns);
  }
  one.add(other);
  CHECK(one.count() == all.count());
  for (const double part : {0.1, 0.5, 0.99}) CHECK(one.quantile(part) == all.quantile(part));
}
