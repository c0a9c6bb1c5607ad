#pragma once

#include <quipu/call.hpp>
#include <quipu/reply.hpp>
#include <quipu/typed.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace quipu {

/// What serves a topic; made from a function, in one of three shapes, or by `quipu::actor` of <quipu/caf.hpp>:
///
///     reply f(call&)                     sees everything that a call says
///     Out f(const In&)                   Out and In by nlohmann-json; what In cannot be read from is an error 422.
///                                        In is default-constructible
///     Out f(const In&, call&)            both
///
/// For Out, `reply`, `json` and nothing (`void`) will do as well. A function runs on a thread of its own, may block, and
/// may be called from several threads at once. What it throws is an error 500 with what it threw.
class worker {
public:
  using function = std::function<reply(call&)>;
  struct behaviour; ///< a CAF actor: <quipu/caf.hpp>

  template <class F>
    requires(!std::is_same_v<F, worker> &&
             !std::is_convertible_v<F, std::shared_ptr<const behaviour>>)
  worker(F work) : function_(made_of(std::move(work))) {}
  worker(std::shared_ptr<const behaviour> actor) : behaviour_(std::move(actor)) {}

  /// Empty, if it is an actor.
  [[nodiscard]] const function& as_function() const noexcept { return function_; }
  /// Null, if it is a function.
  [[nodiscard]] const std::shared_ptr<const behaviour>& as_actor() const noexcept {
    return behaviour_;
  }

private:
  template <class F>
  [[nodiscard]] static function made_of(F work) {
    if constexpr (std::is_same_v<F, function>)
      return work;
    else if constexpr (std::is_invocable_v<F&, call&>)
      return [work = std::move(work)](call& asked) mutable { return typed::answer(work, asked); };
    else
      return [work = std::move(work)](call& asked) mutable {
        return typed::serve<typed::input_of<F>>(work, asked);
      };
  }

  function function_;
  std::shared_ptr<const behaviour> behaviour_;
};

} // namespace quipu
