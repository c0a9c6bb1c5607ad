#include "actors/bells.hpp"

#include "actors/shared_messages.hpp"

#include <caf/send.hpp>

#include <utility>

namespace quipu {

void bells::enlist(token mine, caf::actor who) {
  const std::scoped_lock lock{guard_};
  // An engine that drew a new token is no longer known by its old one.
  std::erase_if(listeners_, [&](const auto& each) { return each.second == who; });
  listeners_.insert_or_assign(mine, std::move(who));
}

void bells::ring(token whose) const {
  const std::scoped_lock lock{guard_};
  if (whose == 0) {
    for (const auto& [mine, who] : listeners_) caf::anon_send(who, bell_rung{true});
  } else if (const auto found = listeners_.find(whose); found != listeners_.end()) {
    caf::anon_send(found->second, bell_rung{false});
  }
}

void bells::doubt() const {
  const std::scoped_lock lock{guard_};
  for (const auto& [mine, who] : listeners_) caf::anon_send(who, doubt_told{});
}

void bells::silence() {
  std::unordered_map<token, caf::actor> gone;
  const std::scoped_lock lock{guard_};
  std::swap(gone, listeners_);
}

} // namespace quipu
