#pragma once

#include <caf/policy/work_stealing.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>

namespace quipu {

/// How the threads of a node's actors wait for work: CAF's work stealing, but one of those that have
/// none spins for a moment before it sleeps, and what comes from outside (a receipt of the store, a
/// worker's reply) goes to one that spins. CAF's own policy sleeps 50 microseconds between two looks,
/// which each such message then waits for. It does not yield: whoever wants the processor instead
/// has it for milliseconds.
class spinning : public caf::policy::work_stealing {
public:
  struct coordinator_data : work_stealing::coordinator_data {
    using work_stealing::coordinator_data::coordinator_data;
    /// Which thread: at most one, others need the processors.
    std::atomic<std::size_t> spinner{nobody};
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    auto to = d(self).spinner.load();
    if (to == nobody) to = d(self).next_worker++ % self->num_workers();
    self->worker_by_id(to)->external_enqueue(job);
  }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    if (auto* job = spin(self)) return job;
    while (true) {
      sleep(d(self));
      if (auto* job = take(self)) return job;
    }
  }

private:
  static constexpr std::chrono::microseconds longest{50};
  static constexpr auto nobody = static_cast<std::size_t>(-1);

  template <class Worker>
  caf::resumable* take(Worker* self) {
    auto* job = d(self).queue.take_head();
    return job != nullptr ? job : try_steal(self);
  }

  template <class Worker>
  caf::resumable* spin(Worker* self) {
    using clock = std::chrono::steady_clock;
    auto* job = take(self);
    auto& spinner = d(self->parent()).spinner;
    auto before = nobody;
    if (job != nullptr || !spinner.compare_exchange_strong(before, self->id())) return job;
    for (const auto until = clock::now() + longest; job == nullptr && clock::now() < until;) {
      for (int i = 0; i < 20; ++i) relax();
      job = take(self);
    }
    spinner = nobody;
    return job;
  }

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  /// Until somebody puts work into the queue; or for a while, to see whether others have too much.
  static void sleep(worker_data& mine) {
    auto& [lock, awakened, sleeps] = mine.waitdata;
    std::unique_lock<std::mutex> guard{lock};
    sleeps = true;
    awakened.wait_for(guard, mine.strategies[2].sleep_duration,
                      [&mine] { return !mine.queue.empty(); });
    sleeps = false;
  }
};

} // namespace quipu
