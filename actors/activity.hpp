#pragma once

#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

namespace quipu {

/// One activity of a plan, in one engine: handles one ECA step at a time. Event, job view and plan
/// come with the message, so it holds no state and whoever replaces it loses nothing.
caf::behavior activity_actor(caf::event_based_actor* self);

} // namespace quipu
