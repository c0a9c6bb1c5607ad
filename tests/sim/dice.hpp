#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace quipu::sim {

/// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators"): the same
/// numbers on every machine, which the distributions of <random> do not promise.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t x, std::string_view text) noexcept {
  for (const auto c : text) x = mixed(x ^ static_cast<unsigned char>(c));
  return x;
}

/// A row of throws that a number begins.
class dice {
public:
  explicit constexpr dice(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept { return state_ = mixed(state_); }
  constexpr std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
  constexpr std::int64_t between(std::int64_t least, std::int64_t most) noexcept {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
  }
  constexpr bool chance(unsigned percent) noexcept { return below(100) < percent; }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[below(of.size())];
  }

private:
  std::uint64_t state_;
};

} // namespace quipu::sim
