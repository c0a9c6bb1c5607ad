#pragma once

#include "actors/instant.hpp"
#include "collation/ledger.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>

namespace quipu {

/// Turns a completion into something a thread can wait for; never on an actor's or the store's thread. There is always an
/// answer: a completion that is dropped - with the actor who had it, or the message that brought it - answers `dropped`.
template <class T>
class answered {
public:
  answered()
      : answered({fault::unreachable, "who was asked ended before it answered; whether it "
                                      "was done is unknown"}) {}
  explicit answered(failure dropped) : last_(std::make_shared<last>(std::move(dropped))) {
    future_ = last_->told.get_future();
  }

  /// To be handed to a call, once, before anybody waits.
  [[nodiscard]] quipu::then<T> then() {
    return [last = std::move(last_)](result<T> answer) { last->tell(std::move(answer)); };
  }
  [[nodiscard]] result<T> wait() { return future_.get(); }
  /// None: no answer within `limit`; it may still come, to nobody.
  [[nodiscard]] std::optional<result<T>> wait(std::chrono::milliseconds limit) {
    if (future_.wait_until(deadline_after(limit)) != std::future_status::ready) return std::nullopt;
    return future_.get();
  }

private:
  /// Shared by every copy of the completion: it goes with the last of them.
  struct last {
    explicit last(failure why) : dropped(std::move(why)) {}
    ~last() {
      if (!is_told) told.set_value(std::move(dropped));
    }
    last(const last&) = delete;
    last& operator=(const last&) = delete;
    void tell(result<T> answer) {
      is_told = true;
      told.set_value(std::move(answer));
    }

    std::promise<result<T>> told;
    failure dropped;
    bool is_told = false;
  };
  std::shared_ptr<last> last_;
  std::future<result<T>> future_;
};

} // namespace quipu
