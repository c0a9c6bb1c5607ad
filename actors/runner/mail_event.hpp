#pragma once

#include "collation/event.hpp"
#include "collation/ledger.hpp"
#include "collation/outcome.hpp"
#include "collation/record.hpp"

/// Mail as the event that it is for the job that takes it up.
namespace quipu {

[[nodiscard]] event event_of(const mail& got);

/// What the time that has come means for what is owed now; none: nothing is.
[[nodiscard]] cause cause_of_timer(const obligation* owed);

/// How an end is told to the job that is to end.
[[nodiscard]] json to_json(const interruption& what);

} // namespace quipu
