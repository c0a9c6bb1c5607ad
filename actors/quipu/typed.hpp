#pragma once

#include <quipu/call.hpp>
#include <quipu/json.hpp>
#include <quipu/reply.hpp>

#include <nlohmann/json.hpp>

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

/// Functions on structs as workers: what is read and written by nlohmann-json's `from_json` and `to_json`
/// (NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE writes both) is an input or an output.
namespace quipu::typed {

/// The arguments and the result of a function, a function pointer or a lambda that is not generic.
template <class F>
struct signature : signature<decltype(&std::remove_cvref_t<F>::operator())> {};
template <class R, class... Args>
struct signature<R (*)(Args...)> {
  using result = R;
  template <template <class...> class T>
  using arguments = T<std::remove_cvref_t<Args>...>;
};
template <class R, class... Args>
struct signature<R (*)(Args...) noexcept> : signature<R (*)(Args...)> {};
template <class R, class... Args>
struct signature<R(Args...)> : signature<R (*)(Args...)> {};
template <class R, class... Args>
struct signature<R(Args...) noexcept> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...)> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...) const> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...) noexcept> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...) const noexcept> : signature<R (*)(Args...)> {};

template <class In, class...>
struct first_of {
  using type = In;
};
template <class F>
using input_of = typename signature<F>::template arguments<first_of>::type;

/// The error 422 of data that `read` refused: its message names the place in the data as a JSON pointer, and why.
[[nodiscard]] reply misfit(const call& asked, const nlohmann::json& data,
                           const std::function<void(const nlohmann::json&)>& read,
                           const std::exception& why);

/// Whatever a function gives, as a reply.
template <class Out>
[[nodiscard]] reply as_reply(Out&& out) {
  if constexpr (std::is_convertible_v<Out, reply>)
    return std::forward<Out>(out);
  else if constexpr (std::is_convertible_v<Out, json>)
    return ok(std::forward<Out>(out));
  else
    return ok(json(nlohmann::json(std::forward<Out>(out))));
}

template <class F, class... Args>
[[nodiscard]] reply answer(F& work, Args&&... args) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, Args...>>) {
    work(std::forward<Args>(args)...);
    return ok();
  } else {
    return as_reply(work(std::forward<Args>(args)...));
  }
}

/// Reads the input as `In`, calls `work` with it - and with the call, if it takes that too.
template <class In, class F>
[[nodiscard]] reply serve(F& work, call& asked) {
  static_assert(std::is_default_constructible_v<In>,
                "what a worker takes is made empty, then read from JSON");
  const auto data = nlohmann::json(asked.data());
  In input{};
  try {
    data.get_to(input);
  } catch (const std::exception& why) {
    return misfit(
        asked, data, [](const nlohmann::json& from) { (void)from.get<In>(); }, why);
  }
  if constexpr (std::is_invocable_v<F&, In&, call&>)
    return answer(work, input, asked);
  else
    return answer(work, input);
}

} // namespace quipu::typed
