#pragma once

#include "apps/drawing/drawing.hpp"

#include <quipu/client.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace quipu {

/// How far a job is, drawn onto its flow: a digit at each activity, and what the open ones wait
/// for, in words.
///
/// `on` has the job's flow first. `state_of` says what has become of an awaited job ("running");
/// empty: unknown. `invalid`: the job's key is not one of that flow.
[[nodiscard]] result<void>
show_progress(drawing& on, const job_info& job, std::chrono::system_clock::time_point now,
              const std::function<std::string(const std::string&)>& state_of);

/// A stretch of time as one says it: "12 s", "3 min", "2 h", "5 d".
[[nodiscard]] std::string in_words(std::chrono::milliseconds length);

} // namespace quipu
