#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace quipu {

/// An instant as callers see it, so many units of `Duration` since 1970. What a time point cannot
/// hold becomes the nearest that it can: where it comes from may say anything.
template <class Duration>
[[nodiscard]] std::chrono::system_clock::time_point instant_of(std::int64_t count) {
  using point = std::chrono::system_clock::time_point;
  const auto most = std::chrono::floor<Duration>(point::max().time_since_epoch());
  return point{std::clamp(Duration{count}, -most, most)};
}

/// When `limit` will be over; one that no clock can hold is over in a hundred years.
[[nodiscard]] inline std::chrono::steady_clock::time_point
deadline_after(std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365 * 100};
  return std::chrono::steady_clock::now() + std::min(limit, longest);
}

} // namespace quipu
