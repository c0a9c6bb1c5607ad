#pragma once

#include "flows/limits.hpp"

#include <quipu/options.hpp>

/// The limits of a node as the rooms below know them.
namespace quipu {

[[nodiscard]] read_limits definition_limits(const node_limits& of);
[[nodiscard]] step_limits job_limits(const node_limits& of);

} // namespace quipu
