#pragma once

#include "flows/definition.hpp"
#include "flows/definition/index.hpp"

#include <vector>

namespace quipu::structure {

/// Finds the trigger; exactly one is right. `section` is where `activities` stands.
void find_trigger(definition::graph& in, const place& section, findings& faults);

/// Tells the activities that no way from the trigger reaches; of an unreachable chain the first.
/// Those in `excused`, and what is behind them, count as reached. Silent without a trigger: that
/// has been told, and it is the one fault to be mended.
void check_reach(const definition::graph& in, const std::vector<std::size_t>& excused,
                 findings& faults);

/// Finds what each cycle enters again: an activity above it that says `cycle: true`.
void check_cycles(definition::graph& in, index& ids, findings& faults);

} // namespace quipu::structure
