#pragma once

#include "flows/tree.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace quipu::structure {

/// Checks `stats` of a trigger: `id`, `key`, `granularity`, `measures`.
void check_stats(const tree& stats, std::string_view what, findings& faults);

/// What a measure is called: the last name of its target, or of the first reference of a pipe;
/// empty: it has no target, or one that refers to nothing.
[[nodiscard]] std::string measure_name(const tree* target);

/// The seconds of a granularity; 0: `infinity`. An hour when none is written.
[[nodiscard]] std::chrono::seconds granularity_of(const tree* written);

} // namespace quipu::structure
