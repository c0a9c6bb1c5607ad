#include "tests/bench/mapper_cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

/// `./dev bench map`: what one mapping, one condition and one check of a message take on one core,
/// each time of another input, beside what they may take.

namespace {

using quipu::bench::mapper_cases;

constexpr int rounds = 5;
constexpr int evaluations = 20'000;

/// What this thread has computed so far, in microseconds: who else wants the core does not count.
double spent_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Microseconds one call takes, the median of the rounds. `once` gives whether it went well.
double measured(const std::function<bool(std::size_t)>& once) {
  std::vector<double> took;
  for (int round = 0; round < rounds; ++round) {
    const auto begun = spent_us();
    for (std::size_t n = 0; n < evaluations; ++n)
      if (!once(n % mapper_cases::inputs)) {
        fmt::print(stderr, "bench: input {} does not fit\n", n % mapper_cases::inputs);
        std::exit(1);
      }
    took.push_back((spent_us() - begun) / evaluations);
  }
  std::sort(took.begin(), took.end());
  return took[rounds / 2];
}

bool tell(const char* what, double goal, double took) {
  fmt::print("{:<46} {:>8.1f} us {:>9.2f} us  {}\n", what, goal, took,
             took <= goal ? "ok" : "MISSED");
  return took <= goal;
}

} // namespace

int main() {
  const mapper_cases cases;
  fmt::print("{:<46} {:>11} {:>12}\n", "one core, median of 5", "goal", "measured");
  bool met = tell("a map of 30 fields, 10 pipes, over 2 KiB", 15,
                  measured([&](std::size_t n) { return cases.map(n); }));
  met &= tell("a condition of three matches", 1,
              measured([&](std::size_t n) { return cases.decide(n); }));
  met &= tell("a message of 2 KiB against 40 rules", 20,
              measured([&](std::size_t n) { return cases.inspect(n); }));
  return met ? 0 : 1;
}
