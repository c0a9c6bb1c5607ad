#pragma once

#include <csignal>

namespace quipu {

/// SIGTERM and SIGINT, counted from when this is made until it is gone; then what was done with
/// them before is done again. Signals belong to the process, so only one of these lives at a time.
class stop_signal {
public:
  stop_signal();
  ~stop_signal();
  stop_signal(const stop_signal&) = delete;
  stop_signal& operator=(const stop_signal&) = delete;

  /// Blocks until the first one.
  void wait() const;
  /// How many have come.
  [[nodiscard]] int count() const noexcept;

private:
  struct sigaction term_before_ {};
  struct sigaction int_before_ {};
};

} // namespace quipu
