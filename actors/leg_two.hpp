#pragma once

#include "actors/messages.hpp"

#include <quipu/reply.hpp>

#include <cstddef>

namespace quipu {

/// A worker's reply as the engine gets it. What is none - a code out of range, no JSON, more than `payload_bytes` - is
/// an error of the worker that says so.
[[nodiscard]] call_answered leg_two(const call_asked& asked, reply said, std::size_t payload_bytes);

} // namespace quipu
