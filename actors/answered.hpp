#pragma once

#include "collation/ledger.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>

namespace quipu {

/// Turns a completion into something a thread can wait for. Never on an actor's or the store's thread.
template <class T>
class answered {
public:
  answered()
      : promise_(std::make_shared<std::promise<result<T>>>()), future_(promise_->get_future()) {}

  /// To be handed to a call.
  [[nodiscard]] quipu::then<T> then() const {
    return [promise = promise_](result<T> answer) { promise->set_value(std::move(answer)); };
  }
  [[nodiscard]] result<T> wait() { return future_.get(); }
  /// None: no answer within `limit`; it may still come, to nobody.
  [[nodiscard]] std::optional<result<T>> wait(std::chrono::milliseconds limit) {
    if (future_.wait_for(limit) != std::future_status::ready) return std::nullopt;
    return future_.get();
  }

private:
  std::shared_ptr<std::promise<result<T>>> promise_;
  std::future<result<T>> future_;
};

} // namespace quipu
