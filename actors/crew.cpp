#include "actors/crew.hpp"

#include <utility>

namespace quipu {

crew::crew() = default;

crew::~crew() {
  {
    const std::scoped_lock lock{guard_};
    ending_ = true;
    ready_.clear();
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

std::shared_ptr<crew::lane> crew::open(std::size_t width) {
  const std::scoped_lock lock{guard_};
  most_ += width;
  return std::shared_ptr<lane>{new lane{width}};
}

void crew::run(const std::shared_ptr<lane>& on, std::function<void()> task) {
  {
    const std::scoped_lock lock{guard_};
    if (ending_) return;
    ++tasks_;
    if (on->running_ == on->width_) {
      on->waiting_.push_back(std::move(task));
      return;
    }
    ++on->running_;
    ready_.push_back({on, std::move(task)});
    if (idle_ < ready_.size() && threads_.size() < most_) {
      threads_.emplace_back([this] { work(); });
      return;
    }
  }
  wake_.notify_one();
}

std::size_t crew::busy() const {
  const std::scoped_lock lock{guard_};
  return tasks_;
}

void crew::work() {
  std::unique_lock lock{guard_};
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return ending_ || !ready_.empty(); });
    --idle_;
    if (ending_) return;
    auto [on, task] = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    --tasks_;
    if (on->waiting_.empty()) {
      --on->running_;
    } else {
      ready_.push_back({on, std::move(on->waiting_.front())});
      on->waiting_.pop_front();
    }
  }
}

} // namespace quipu
