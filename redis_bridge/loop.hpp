#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace quipu::redis {

/// A thread that waits for sockets, timers and what other threads hand it, and does one thing at a
/// time.
class loop {
public:
  loop();
  /// Does what was posted before, then ends.
  ~loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Any thread.
  void post(std::function<void()> what);
  /// As long as `owner` is there. Any thread.
  void every(std::chrono::milliseconds period, std::weak_ptr<const void> owner,
             std::function<void()> what);
  [[nodiscard]] boost::asio::io_context& context();

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace quipu::redis
