#pragma once

#include "collation/job.hpp"

/// What may stand in a job's tree: whatever a record or a store says is about a place in it.
namespace quipu {

/// Whether the tree has so many activities.
[[nodiscard]] bool has(const job& of, std::uint32_t activity);
/// Whether what a record writes, owes and starts is of activities of the tree.
[[nodiscard]] bool has_all(const job& of, const record& what);
/// Whether a pass may stand there: the root's has the whole tree, all others a part of it.
[[nodiscard]] bool has_room(const job& of, const pass_name& at, const pass& made);

} // namespace quipu
