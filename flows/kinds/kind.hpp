#pragma once

#include "flows/step/stepping.hpp"

namespace quipu {

/// What makes one type of activity different from the others. Adding a type is a file here that defines
/// `NAME_kind`, and a row in flows/definition/keys.hpp.
struct kind {
  /// Leg 1, in the commit of its parent; the digit is 8. Asks, waits, or asks to be gone on with.
  void (*begin)(stepping& now, const instance& at);
  /// Something has come for it: leg 2, or what stands in its place. False: it has no effect.
  bool (*resume)(stepping& now, const instance& at, const event& what);
};

/// Whether leg 1 asks somebody, and so has an input that goes out, or is kept, with the commit.
[[nodiscard]] constexpr bool asks(activity_kind which) noexcept {
  return which == activity_kind::worker || which == activity_kind::await;
}

[[nodiscard]] const kind& kind_of(activity_kind which) noexcept;

#define QUIPU_ROW(name) extern const kind name##_kind;
QUIPU_ACTIVITY_KINDS(QUIPU_ROW)
#undef QUIPU_ROW

} // namespace quipu
