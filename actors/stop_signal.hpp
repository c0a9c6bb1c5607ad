#pragma once

#include <atomic>
#include <csignal>

namespace quipu {

/// SIGTERM and SIGINT, counted from when this is made until it is gone; then what was done with
/// them before is done again. SIGPIPE is ignored meanwhile: that nobody reads its log any more is
/// no reason for a node to end. Signals belong to the process, so only one of these lives at a
/// time.
class stop_signal {
public:
  stop_signal();
  ~stop_signal();
  stop_signal(const stop_signal&) = delete;
  stop_signal& operator=(const stop_signal&) = delete;

  /// Blocks until the first one, or `wake`.
  void wait() const;
  /// Any thread.
  void wake() noexcept;
  /// How many have come.
  [[nodiscard]] int count() const noexcept;

private:
  std::atomic<bool> woken_{false};
  struct sigaction term_before_ {};
  struct sigaction int_before_ {};
  struct sigaction pipe_before_ {};
};

} // namespace quipu
