#pragma once

#include "actors/shelf.hpp"
#include "collation/ledger.hpp"

#include <quipu/client.hpp>

#include <vector>

namespace quipu {

/// What the jobs of a flow add up to, by key. `not_found`: no flow of the app at that topic is
/// measured; `bad_request`: several apps are active.
void read_stats(ledger& from, const shelf& plans, stats_query which,
                then<std::vector<stats_info>> done);

} // namespace quipu
