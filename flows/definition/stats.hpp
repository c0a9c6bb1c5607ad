#pragma once

#include "flows/tree.hpp"

#include <string_view>

namespace quipu::structure {

/// Checks `stats` of a trigger: `id`, `key`, `granularity`, `measures`.
void check_stats(const tree& stats, std::string_view what, findings& faults);

} // namespace quipu::structure
