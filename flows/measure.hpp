#pragma once

namespace quipu {

class stepping;

/// What the job is measured and found by: `stats` of its trigger, which has just settled. A target
/// that is undefined or null is not measured, one that is no number where numbers are added is told
/// of and not measured; neither is an error of the job.
void take_measures(stepping& now);

} // namespace quipu
