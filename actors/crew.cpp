#include "actors/crew.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace quipu {

class crew::lane {
public:
  explicit lane(std::size_t most) : width(most) {}

  std::size_t width;
  std::size_t running = 0;
  std::deque<std::function<void()>> waiting;
};

/// Outlives the crew for as long as a task does.
struct crew::shared {
  struct ready_task {
    std::shared_ptr<lane> on;
    std::function<void()> what;
  };

  std::mutex guard;
  std::condition_variable wake; ///< there is something to do, or the end
  std::condition_variable gone; ///< a thread has ended
  std::deque<ready_task> ready; ///< their lanes have room
  bool called = false;          ///< a thread has been woken or made, and has not looked yet
  std::size_t threads = 0;
  std::size_t idle = 0;
  std::size_t most = 0; ///< the sum of the lanes' widths
  std::size_t tasks = 0;
  bool ending = false;
};

crew::crew() : shared_(std::make_shared<shared>()) {}

crew::~crew() { end(std::chrono::milliseconds::max()); }

std::shared_ptr<crew::lane> crew::open(std::size_t width) {
  const std::scoped_lock lock{shared_->guard};
  shared_->most += width;
  return std::make_shared<lane>(width);
}

bool crew::run(const std::shared_ptr<lane>& on, std::function<void()> task) {
  auto& s = *shared_;
  const std::scoped_lock lock{s.guard};
  if (s.ending) return true; // nobody hears what becomes of it
  if (on->running == on->width) {
    on->waiting.push_back(std::move(task));
    ++s.tasks;
    return true;
  }
  s.ready.push_back({on, std::move(task)});
  if (!call_one(shared_)) {
    s.ready.pop_back();
    return false;
  }
  ++on->running;
  ++s.tasks;
  return true;
}

/// One thread is called at a time; when it has taken a task and sees another, it calls the next. So
/// short tasks that come together wake one thread, and behind one that blocks the rest go on. False: there is no thread.
bool crew::call_one(const std::shared_ptr<shared>& with) {
  auto& s = *with;
  if (s.called || s.ready.empty()) return true;
  if (s.idle > 0) {
    s.wake.notify_one();
  } else if (s.threads < s.most) {
    try {
      std::thread{[with] { work(with); }}.detach();
    } catch (const std::system_error&) { // the machine gives no more: those that are there go on
      return s.threads > 0;
    }
    ++s.threads;
  } else {
    return true;
  }
  s.called = true;
  return true;
}

std::size_t crew::busy() const {
  const std::scoped_lock lock{shared_->guard};
  return shared_->tasks;
}

std::size_t crew::end(std::chrono::milliseconds patience) {
  auto& s = *shared_;
  std::unique_lock lock{s.guard};
  s.ending = true;
  s.ready.clear();
  s.wake.notify_all();
  const auto ended = [&s] { return s.threads == 0; };
  if (patience == std::chrono::milliseconds::max()) {
    s.gone.wait(lock, ended);
  } else {
    s.gone.wait_for(lock, patience, ended);
  }
  return std::exchange(s.threads, 0); // those that are left are nobody's
}

void crew::work(const std::shared_ptr<shared>& with) {
  auto& s = *with;
  std::unique_lock lock{s.guard};
  while (true) {
    ++s.idle;
    s.wake.wait(lock, [&s] { return s.ending || !s.ready.empty(); });
    --s.idle;
    s.called = false;
    if (s.ending) break;
    auto [on, task] = std::move(s.ready.front());
    s.ready.pop_front();
    call_one(with);
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    --s.tasks;
    if (on->waiting.empty()) {
      --on->running;
    } else {
      s.ready.push_back({on, std::move(on->waiting.front())});
      on->waiting.pop_front();
    }
  }
  if (s.threads > 0) --s.threads;
  s.gone.notify_all();
}

} // namespace quipu
