#pragma once

#include "collation/record.hpp"

#include <array>
#include <string_view>

/// The words that stand for causes, obligations and modes of history where they are stored.
namespace quipu {

inline constexpr std::array<std::string_view, 18> cause_names{
    "created",     "begun",  "passed",      "replied",      "completed", "timed_out",
    "retried",     "served", "shelved",     "recalled",     "woken",     "signalled",
    "child_ended", "cycled", "interrupted", "acknowledged", "condensed", "resumed"};
static_assert(cause_names.size() == static_cast<std::size_t>(cause::resumed) + 1);

inline constexpr std::array<std::string_view, 6> obligation_names{"called",  "pending", "retry",
                                                                  "backlog", "child",   "wait"};
static_assert(obligation_names.size() == static_cast<std::size_t>(obligation::kind::wait) + 1);

inline constexpr std::array<std::string_view, 3> history_names{"full", "digits", "off"};
static_assert(history_names.size() == static_cast<std::size_t>(history_mode::off) + 1);

} // namespace quipu
