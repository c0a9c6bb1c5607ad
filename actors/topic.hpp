#pragma once

#include "actors/crew.hpp"
#include "actors/messages.hpp"
#include "actors/open_calls.hpp"

#include <quipu/worker.hpp>

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <memory>

namespace quipu {

/// Who serves one topic in this node with a function: hands each call to the crew, where the function runs; the answer
/// goes straight to the engine that asked. What a function throws, and what is no answer, is an error 500 that says so.
/// A call that nobody wants any more when its turn comes is not made.
caf::behavior topic_actor(caf::event_based_actor* self, worker::function work,
                          std::shared_ptr<crew> hands, std::shared_ptr<crew::lane> lane,
                          std::shared_ptr<open_calls> open, std::size_t payload_bytes);

} // namespace quipu
