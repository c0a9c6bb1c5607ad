#pragma once

#include "flows/definition.hpp"
#include "flows/plan.hpp"

namespace quipu {

/// Compiles one graph of a definition. What `faults` have gained says what is wrong with it.
[[nodiscard]] flow compile(const definition::graph& graph, findings& faults);

} // namespace quipu
