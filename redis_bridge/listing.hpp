#pragma once

#include "redis_bridge/calls.hpp"

namespace quipu::redis {

/// A page of jobs, of all partitions in one order. Each call looks at so many rows at most: a list in which few fit the filter does
/// not hold the server.
void list(calls& by, job_filter which, then<job_page> done);

} // namespace quipu::redis
