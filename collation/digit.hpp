#pragma once

#include <array>
#include <string_view>

namespace quipu {

/// The state of one activity in one pass: one knot of the cord.
///
/// Source: "A Distributed Engine Architecture", section "Orchestrate through Emergent State".
enum class digit : char {
  not_applicable = '0', ///< the position belongs to another pass
  left = '1',           ///< opens the composite of an awaited flow; never the state of an activity
  right = '2',          ///< closes it
  skipped = '3',        ///< will never begin, or was ended from outside
  released = '4',       ///< was paused, has been answered
  paused = '5',         ///< a hook that waits for a signal or a timer
  completed = '6',
  errored = '7',
  started = '8', ///< leg 1 is done, leg 2 is not
  pending = '9', ///< not begun
};

/// Something may still happen to it.
[[nodiscard]] constexpr bool is_open(digit d) noexcept {
  return d == digit::pending || d == digit::started || d == digit::paused;
}

/// It has begun and is open: what `statusThreshold` counts.
[[nodiscard]] constexpr bool is_begun(digit d) noexcept {
  return d == digit::started || d == digit::paused;
}

struct digit_change {
  digit from;
  digit to;
  std::string_view when;

  constexpr bool operator==(const digit_change&) const = default;
};

/// The one table of allowed changes; the step, the fold, `verify` and the tests all read it. A
/// commit may make several of these steps of one digit at once, each allowed by itself.
inline constexpr std::array allowed_changes{
    digit_change{digit::pending, digit::started, "leg 1"},
    digit_change{digit::pending, digit::skipped, "its edge was not taken, or the job has ended"},
    digit_change{digit::started, digit::completed, "leg 2"},
    digit_change{digit::started, digit::errored, "an error that no edge names"},
    digit_change{digit::started, digit::paused, "a hook waits"},
    digit_change{digit::started, digit::skipped, "the job was ended"},
    digit_change{digit::paused, digit::released, "answered"},
    digit_change{digit::paused, digit::errored, "answered with an error that no edge names"},
    digit_change{digit::paused, digit::skipped, "disarmed"},
};

/// Whether `to` can be reached from `from` by one or more allowed changes.
[[nodiscard]] constexpr bool may_become(digit from, digit to) noexcept {
  for (const auto& change : allowed_changes)
    if (change.from == from && (change.to == to || may_become(change.to, to))) return true;
  return false;
}

} // namespace quipu
