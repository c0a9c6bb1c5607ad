#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace quipu {

/// Everything that may go wrong and is expected to; what is not here is a bug.
enum class fault : std::uint8_t {
  bad_request, ///< 400: not JSON, an unknown verb or key, an app must be named
  not_found,   ///< 404: no such topic, job, activity or wait
  conflict,    ///< 409: a duplicate id, an ended job, another content under the same version
  invalid,     ///< 422: data that breaks a schema, a definition that is refused
  too_large,   ///< 413: a limit of size; the message names limit, value and setting
  overloaded,  ///< 429: a bounded queue is full; nothing was accepted
  unavailable, ///< 503: the store cannot be used; nothing was accepted
  timeout,     ///< 504: not ended yet; what was accepted goes on
  stale,       ///< a commit whose owner, head or mail is no longer what it stands on: read the job
  taken,       ///< a commit that would create a child whose id is taken: make the step again
  fenced,      ///< a token without a valid lease: draw a new one
  unreachable, ///< the outcome is unknown: compare with the store before sending anything again
  corrupt,     ///< stored bytes that are not what was written
  failed,      ///< 500: user code threw, or a mapping could not be evaluated
};

/// What a fault is called in messages and JSON: "not_found".
[[nodiscard]] std::string_view name(fault code) noexcept;

/// The status that callers know a fault by: 404 for `not_found`, 503 for what only stores say.
[[nodiscard]] int status(fault code) noexcept;

/// A fault with a sentence: what, which, where from, and what would be right.
struct failure {
  fault code = fault::failed;
  std::string message;

  bool operator==(const failure&) const = default;
};

/// A value, or why there is none. To take what is not there - the value of a failure - throws std::bad_variant_access.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(failure why) : state_(std::in_place_index<1>, std::move(why)) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const failure& error() const& { return std::get<1>(state_); }
  [[nodiscard]] failure&& error() && { return std::get<1>(std::move(state_)); }

private:
  std::variant<T, failure> state_;
};

/// Done, or why not.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(failure why) : why_(std::move(why)), failed_(true) {}

  [[nodiscard]] bool ok() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const failure& error() const& { return why_; }

private:
  failure why_;
  bool failed_ = false;
};

} // namespace quipu
