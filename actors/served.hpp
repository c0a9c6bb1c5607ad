#pragma once

#include <quipu/result.hpp>
#include <quipu/worker.hpp>

#include <cstddef>
#include <deque>
#include <string>

namespace quipu {

/// A topic that a node serves, and by whom.
struct served {
  /// Calls of a topic that run at once unless it is said: functions each have a thread then.
  static constexpr std::size_t usual_functions = 8;
  static constexpr std::size_t most_concurrency = 256;

  std::string topic;
  worker work;
  std::size_t concurrency = 0;
};

/// Every fault of what is to be served, a line each: a topic that is none, one that is there twice, nobody to serve it, a
/// concurrency out of range.
[[nodiscard]] result<void> check(const std::deque<served>& all);

} // namespace quipu
