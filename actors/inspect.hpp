#pragma once

#include "actors/shelf.hpp"
#include "collation/job.hpp"
#include "collation/ledger.hpp"
#include "collation/record.hpp"

#include <quipu/client.hpp>

#include <chrono>
#include <cstdint>
#include <string>

/// Jobs and their histories as people see them: names for numbers, and the composite.
namespace quipu {

/// Reads a job and the awaited flows below it. `not_found`. Ids of activities are those of its
/// plan; when that is not on the shelf, their places in it.
void inspect(ledger& from, const shelf& plans, std::string id, then<job_info> done);

/// A history record. `after` is the job with it folded in: the key is that of then.
[[nodiscard]] json describe(const record& what, const job& after, const flow& rules);

/// What each open digit of a job waits for: activity, dimension, kind, attempt, since, due.
[[nodiscard]] json open_obligations(const job& of, const flow& rules);

/// The ledger's time as callers see it.
[[nodiscard]] std::chrono::system_clock::time_point time_of(std::int64_t epoch_ms);

} // namespace quipu
