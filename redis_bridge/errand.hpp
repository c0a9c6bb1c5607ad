#pragma once

#include "collation/ledger.hpp"

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace quipu::redis {

/// Several calls, each made of what the one before said. It begins at once and goes on where the
/// answers come: on the loop's thread.
struct errand {
  struct promise_type {
    errand get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };
};

/// Waits for one answer.
template <class T>
class answer {
public:
  /// `ask` makes the call; its completion comes once.
  explicit answer(std::function<void(then<T>)> ask) : ask_{std::move(ask)} {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waits) {
    // The answer may be here, and this gone, before the call that asks has returned.
    const auto ask = std::move(ask_);
    ask([this, waits](result<T> got) {
      got_.emplace(std::move(got));
      waits.resume();
    });
  }
  result<T> await_resume() { return std::move(*got_); }

private:
  std::function<void(then<T>)> ask_;
  std::optional<result<T>> got_;
};

} // namespace quipu::redis
