#include "tests/bench/load.hpp"

#include "actors/local_client.hpp"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace quipu::bench {

namespace {

using clock = std::chrono::steady_clock;

/// When nothing has ended for so long, nothing will: the bench ends too.
constexpr std::chrono::seconds patience{60};

std::uint64_t since(clock::time_point then) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - then).count());
}

void check(const workload& of, std::size_t number, const std::string& job, const json& report) {
  if (report.at("state") != "completed" || !is_right(of, number, report.at("data")))
    give_up(fmt::format("{} gave a wrong result, job {}: {}", of.name, job, report.dump()));
}

/// Runs that begin where others end: each on the thread that brings the result, without a hop.
class chain {
public:
  chain(node& on, const workload& what)
      : client_{dynamic_cast<local_client&>(on.client())}, what_{what},
        topic_{"bench." + what.name} {}

  figures run(std::size_t at_once, std::chrono::duration<double> for_long) {
    const auto begun = clock::now();
    until_ = begun + std::chrono::duration_cast<clock::duration>(for_long);
    open_ = at_once;
    for (std::size_t each = 0; each < at_once; ++each) begin();
    std::unique_lock lock{guard_};
    for (auto seen = made_.flows; !over_.wait_for(lock, patience, [&] { return open_ == 0; });
         seen = made_.flows)
      if (made_.flows == seen)
        give_up(fmt::format("{}: {} runs are under way and none has ended for {} s", what_.name,
                            open_, patience.count()));
    made_.seconds = std::chrono::duration<double>(clock::now() - begun).count();
    return made_;
  }

private:
  void begin() {
    const auto number = next_++;
    client_.publish(
        topic_, message(number), {.app = app_of(what_)},
        [this, number](const result<std::string>& answer) {
          if (!answer)
            give_up(fmt::format("{} was refused: {}", what_.name, answer.error().message));
          if (!what_.signal.empty()) answer_wait(number);
        },
        [this, number, asked = clock::now()](const std::string& job, const result<json>& report) {
          if (!report) give_up(fmt::format("{}: {}", what_.name, report.error().message));
          check(what_, number, job, *report);
          end(asked);
        });
  }

  void answer_wait(std::size_t number) {
    client_.signal(what_.signal, message(number), {.app = app_of(what_)},
                   [](const result<reception>& answer) {
                     if (!answer)
                       give_up(fmt::format("a signal was refused: {}", answer.error().message));
                   });
  }

  void end(clock::time_point asked) {
    const auto goes_on = clock::now() < until_;
    {
      const std::scoped_lock lock{guard_};
      made_.took.add(since(asked));
      ++made_.flows;
      if (!goes_on && --open_ == 0) over_.notify_one();
    }
    if (goes_on) begin();
  }

  local_client& client_;
  const workload& what_;
  std::string topic_;
  clock::time_point until_;
  std::atomic<std::size_t> next_{0};
  std::mutex guard_;
  std::condition_variable over_;
  std::size_t open_ = 0;
  figures made_;
};

} // namespace

void give_up(const std::string& why) {
  fmt::print(stderr, "bench: {}\n", why);
  std::_Exit(1);
}

figures alone(node& on, const workload& what, std::chrono::duration<double> for_long) {
  auto& client = on.client();
  figures made;
  const auto begun = clock::now();
  const auto until = begun + std::chrono::duration_cast<clock::duration>(for_long);
  while (clock::now() < until) {
    const auto number = made.flows;
    const auto asked = clock::now();
    auto ended = [&]() -> result<ending> {
      if (what.signal.empty())
        return client.run("bench." + what.name, message(number),
                          {.app = app_of(what), .timeout = patience});
      auto job = client.publish("bench." + what.name, message(number), {.app = app_of(what)});
      if (!job) return job.error();
      if (auto said = client.signal(what.signal, message(number), {.app = app_of(what)}); !said)
        return said.error();
      return client.wait(*job, patience);
    }();
    if (!ended) give_up(fmt::format("{}: {}", what.name, ended.error().message));
    made.took.add(since(asked));
    ++made.flows;
    check(what, number, ended->job, to_json(*ended));
  }
  made.seconds = std::chrono::duration<double>(clock::now() - begun).count();
  return made;
}

void leave_waiting(node& on, const workload& what, std::size_t first, std::size_t count) {
  constexpr std::size_t window = 1024;
  auto& client = dynamic_cast<local_client&>(on.client());
  std::mutex guard;
  std::condition_variable wake;
  std::size_t open = 0;
  for (std::size_t number = first; number < first + count; ++number) {
    std::unique_lock lock{guard};
    wake.wait(lock, [&] { return open < window; });
    ++open;
    lock.unlock();
    client.publish(
        "bench." + what.name, message(number), {.app = app_of(what)},
        [&](const result<std::string>& answer) {
          if (!answer) give_up(fmt::format("a start was refused: {}", answer.error().message));
          const std::scoped_lock accepted{guard};
          --open;
          wake.notify_one();
        },
        nullptr);
  }
  std::unique_lock lock{guard};
  wake.wait(lock, [&] { return open == 0; });
}

figures many(node& on, const workload& what, std::size_t at_once,
             std::chrono::duration<double> for_long) {
  return chain{on, what}.run(at_once, for_long);
}

} // namespace quipu::bench
