#pragma once

#include "actors/stage.hpp"

#include <string>
#include <vector>

namespace quipu::flow_test {

/// One record of a job as a line for people: when, whose, what happened, the key behind it, what
/// was decided.
///
///     10s  o-1  6899  review replied 503, attempt 1: review tries again at 15s
[[nodiscard]] std::string told(const stage_entry& what, std::int64_t began_ms);

/// A duration as it is written in a flow: `1h30m`, `250ms`, `0s`.
[[nodiscard]] std::string shown(std::int64_t duration_ms);

} // namespace quipu::flow_test
