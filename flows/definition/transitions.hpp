#pragma once

#include "flows/definition.hpp"
#include "flows/definition/index.hpp"

#include <vector>

namespace quipu::structure {

/// Reads `transitions` into edges, parents and children: every end exists, nothing leads into the
/// trigger, nobody has two parents. `written` may be nullptr. Gives the activities that no edge
/// reaches only because its beginning has a fault of its own.
std::vector<std::size_t> read_transitions(const tree* written, index& ids, definition::graph& into,
                                          findings& faults);

/// Reads `hooks` into rules: each leads to a hook of the graph. `written` may be nullptr.
void read_hooks(const tree* written, index& ids, definition::graph& into, findings& faults);

} // namespace quipu::structure
