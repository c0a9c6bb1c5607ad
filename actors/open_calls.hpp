#pragma once

#include "actors/messages.hpp"

#include <quipu/call.hpp>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace quipu {

/// The calls that the workers of this node have in hand: so that they can be told when nobody wants the answer any more,
/// and asked how far they are. Any thread.
class open_calls {
public:
  /// Which attempt of which activity of which job.
  struct place {
    std::string job;
    std::uint32_t activity = 0;
    std::uint32_t pass = 0;
    std::uint32_t attempt = 1;

    auto operator<=>(const place&) const = default;
  };

  /// `closed`: told, on any thread, of each call that nobody holds any more.
  explicit open_calls(std::function<void(const place&)> closed = nullptr)
      : shared_(std::make_shared<shared>()) {
    shared_->closed = std::move(closed);
  }

  /// A call as its worker sees it; it is open for as long as somebody holds it.
  [[nodiscard]] std::shared_ptr<call> open(const call_asked& asked);
  void cancel(const place& at);
  void cancel_all();
  /// The calls of a job that are open now.
  [[nodiscard]] std::vector<std::shared_ptr<const call>> of(const std::string& job) const;

private:
  struct shared {
    mutable std::mutex guard;
    std::map<place, std::weak_ptr<call>> calls;
    std::function<void(const place&)> closed;
  };
  std::shared_ptr<shared> shared_; ///< calls may outlive us
};

[[nodiscard]] inline open_calls::place place_of(const call_asked& asked) {
  return {asked.job, asked.activity, asked.pass, asked.attempt};
}

} // namespace quipu
