#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace quipu {

/// Lets callers in while it is open, and knows when the last of them has left. Any thread.
class gate {
public:
  /// Somebody is inside for as long as this lives; false: it was closed.
  class entry {
  public:
    explicit entry(gate* in) : in_(in) {}
    ~entry() {
      if (in_ != nullptr) in_->leave();
    }
    entry(entry&& other) noexcept : in_(std::exchange(other.in_, nullptr)) {}
    entry& operator=(entry&&) = delete;
    explicit operator bool() const noexcept { return in_ != nullptr; }

  private:
    gate* in_;
  };

  [[nodiscard]] entry enter() {
    const std::scoped_lock lock{guard_};
    if (!open_) return entry{nullptr};
    ++inside_;
    return entry{this};
  }
  [[nodiscard]] bool is_open() const {
    const std::scoped_lock lock{guard_};
    return open_;
  }
  void open() {
    const std::scoped_lock lock{guard_};
    open_ = true;
  }
  /// Nobody comes in from now on.
  void close() {
    const std::scoped_lock lock{guard_};
    open_ = false;
  }
  void wait_until_empty() {
    std::unique_lock lock{guard_};
    empty_.wait(lock, [this] { return inside_ == 0; });
  }

private:
  void leave() {
    const std::scoped_lock lock{guard_};
    if (--inside_ == 0) empty_.notify_all();
  }

  mutable std::mutex guard_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool open_ = false;
};

} // namespace quipu
