#pragma once

#include "flows/definition.hpp"

#include <string_view>

namespace quipu::structure {

/// Whether an id is `[A-Za-z_][A-Za-z0-9_-]*`.
[[nodiscard]] bool is_activity_id(std::string_view id) noexcept;

/// Checks and types one activity by itself: its keys, which of them its type may have, and what
/// each may be. What faulty keys would say keeps its default, so that the graph can still be
/// checked.
[[nodiscard]] definition::activity read_activity(const tree::entry& written, findings& faults);

} // namespace quipu::structure
