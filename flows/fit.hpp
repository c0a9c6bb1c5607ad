#pragma once

#include "collation/job.hpp"
#include "flows/plan.hpp"

namespace quipu {

/// Whether a job's state is one of this flow: its passes are slices of the flow's tree, each in
/// its place. What was stored under another definition, or damaged, is not.
[[nodiscard]] bool fits(const job& state, const flow& rules);

} // namespace quipu
