#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace quipu {

/// The threads on which workers' functions run: users' code may block, actors may not. Threads come
/// when all are busy and stay until the crew ends. Any thread may call.
class crew {
public:
  /// One topic's place in the crew: at most `width` of its tasks run at once, the others wait in
  /// order.
  class lane;

  crew();
  /// Begins nothing that has not begun, and waits for what has.
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  [[nodiscard]] std::shared_ptr<lane> open(std::size_t width);
  /// False: there is no thread to run it on, and none could be made.
  [[nodiscard]] bool run(const std::shared_ptr<lane>& on, std::function<void()> task);
  /// Tasks that run or wait.
  [[nodiscard]] std::size_t busy() const;
  /// Ends the crew; gives how many tasks still ran when `patience` was over. They are left to themselves, and what
  /// they say is heard by nobody.
  std::size_t end(std::chrono::milliseconds patience);

private:
  struct shared;
  static bool call_one(const std::shared_ptr<shared>& with);
  static void work(const std::shared_ptr<shared>& with);
  std::shared_ptr<shared> shared_;
};

} // namespace quipu
