#pragma once

#include <quipu/json.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace quipu {

/// One attempt of one activity, as a worker sees it. Any thread may ask it.
class call {
public:
  /// Everything that a call says; filled in by the engine.
  struct facts {
    std::string topic;
    std::string job;
    std::string activity;
    std::uint32_t dimension = 0;
    std::uint32_t attempt = 1;
    std::string idempotency_key;
    std::optional<std::chrono::system_clock::time_point> deadline;
    json data = json::object();
  };

  /// What the worker has last said of its progress.
  struct beat {
    std::chrono::system_clock::time_point at;
    json progress;
  };

  explicit call(facts what) : facts_(std::move(what)) {}
  call(const call&) = delete;
  call& operator=(const call&) = delete;

  /// The input, as the flow's `input.maps` made it.
  [[nodiscard]] const json& data() const noexcept { return facts_.data; }
  [[nodiscard]] const std::string& topic() const noexcept { return facts_.topic; }
  [[nodiscard]] const std::string& job() const noexcept { return facts_.job; }
  [[nodiscard]] const std::string& activity() const noexcept { return facts_.activity; }
  /// The pass of the activity: 0 outside cycles.
  [[nodiscard]] std::uint32_t dimension() const noexcept { return facts_.dimension; }
  /// 1 for the first call of this pass.
  [[nodiscard]] std::uint32_t attempt() const noexcept { return facts_.attempt; }
  /// The same for every attempt of this activity and pass, also after a crash: hand it to whatever the worker changes
  /// elsewhere, so that a repeated call changes it once.
  [[nodiscard]] const std::string& idempotency_key() const noexcept {
    return facts_.idempotency_key;
  }
  /// When the flow's `timeout` gives this attempt up, if it has one.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> deadline() const noexcept {
    return facts_.deadline;
  }

  /// The answer is not wanted any more: the job has ended, the deadline is over, the node stops. A long-running worker
  /// looks at it now and then; what it answers afterwards is dropped.
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_.load(); }
  void cancel() noexcept { cancelled_.store(true); }

  /// Says that the work goes on; `quipu job` shows the newest `progress` while the call runs. It is not kept: the next
  /// attempt knows nothing of it. False: the answer is not wanted any more.
  bool heartbeat(json progress = {}) {
    const std::scoped_lock lock{guard_};
    beat_ = beat{std::chrono::system_clock::now(), std::move(progress)};
    return !cancelled();
  }
  /// None before the first heartbeat.
  [[nodiscard]] std::optional<beat> last_beat() const {
    const std::scoped_lock lock{guard_};
    return beat_;
  }

private:
  facts facts_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex guard_;
  std::optional<beat> beat_;
};

} // namespace quipu
