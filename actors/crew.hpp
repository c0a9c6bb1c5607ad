#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace quipu {

/// The threads on which workers' functions run: users' code may block, actors may not. Threads come
/// when all are busy and go when the crew ends. Any thread may call.
class crew {
public:
  /// One topic's place in the crew: at most `width` of its tasks run at once, the others wait in
  /// order.
  class lane;

  crew();
  /// Runs nothing that has not begun; waits for what has.
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  [[nodiscard]] std::shared_ptr<lane> open(std::size_t width);
  void run(const std::shared_ptr<lane>& on, std::function<void()> task);
  /// Tasks that run or wait.
  [[nodiscard]] std::size_t busy() const;

private:
  void work();

  mutable std::mutex guard_;
  std::condition_variable wake_;
  struct ready_task {
    std::shared_ptr<lane> on;
    std::function<void()> what;
  };
  std::deque<ready_task> ready_; ///< their lanes have room
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::size_t most_ = 0; ///< the sum of the lanes' widths
  std::size_t tasks_ = 0;
  bool ending_ = false;
};

class crew::lane {
  friend class crew;
  explicit lane(std::size_t width) : width_(width) {}
  std::size_t width_;
  std::size_t running_ = 0;
  std::deque<std::function<void()>> waiting_;
};

} // namespace quipu
