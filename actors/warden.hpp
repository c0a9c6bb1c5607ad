#pragma once

#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace quipu {

struct warden_parts {
  std::size_t engines = 1;
  std::function<caf::actor(caf::event_based_actor*)> spawn_engine;
  caf::actor hub; ///< is told of every engine
  /// What the node cannot go on without, and what each is called.
  std::vector<std::pair<std::string, caf::actor>> vital;
  std::function<void(const std::string&)> warn;
  std::function<void(const std::string&)> fail; ///< one of `vital` has died
};

/// Keeps so many engines alive: one that dies of a bug is replaced after a moment. What it ran is taken over when its
/// lease has lapsed, so nothing is lost; that it died is told to `warn`. Of the other actors each is the only one of its
/// kind: where one dies the node fails.
///
/// A message `drain` goes to all engines, requests `rest_asked` and `leave_asked` give how many jobs they hold together.
caf::behavior warden_actor(caf::event_based_actor* self, warden_parts parts);

} // namespace quipu
