#pragma once

#include "tests/bench/histogram.hpp"
#include "tests/bench/workload.hpp"

#include <quipu/node.hpp>

#include <chrono>
#include <cstddef>

namespace quipu::bench {

/// What a load has done.
struct figures {
  std::size_t flows = 0;
  double seconds = 0;
  histogram took; ///< from asking to the result

  [[nodiscard]] double flows_a_second() const {
    return seconds > 0 ? static_cast<double>(flows) / seconds : 0;
  }
};

/// One caller: it starts a run, blocks until it has the result, and starts the next. Ends the
/// process with a message when a run fails or gives a wrong result, as `many` does.
[[nodiscard]] figures alone(node& on, const workload& what, std::chrono::duration<double> for_long);

/// So many runs under way at any time; whenever one ends, the next begins.
[[nodiscard]] figures many(node& on, const workload& what, std::size_t at_once,
                           std::chrono::duration<double> for_long);

/// Starts runs `first` to `first + count - 1` of a flow that waits, and returns when all are accepted.
void leave_waiting(node& on, const workload& what, std::size_t first, std::size_t count);

/// Ends the process with a message: a figure of something that does not work is worth nothing.
[[noreturn]] void give_up(const std::string& why);

} // namespace quipu::bench
