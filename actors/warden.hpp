#pragma once

#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <functional>

namespace quipu {

/// Keeps `count` engines alive: one that dies of a bug is replaced after a moment. What it ran is taken over when its
/// lease has lapsed, so nothing is lost; that it died is told to `warn`.
///
/// A message `drain` goes to all of them, a request `rest_asked` gives how many jobs they hold together.
caf::behavior warden_actor(caf::event_based_actor* self, std::size_t count,
                           std::function<caf::actor(caf::event_based_actor*)> spawn_engine,
                           caf::actor hub, std::function<void(const std::string&)> warn);

} // namespace quipu
