#pragma once

#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <memory>

namespace quipu {

/// The engines' way to the store: turns messages into calls of the contract and completions, which
/// come on the store's own thread, into messages. It never waits.
caf::behavior ledger_actor(caf::event_based_actor* self, std::shared_ptr<ledger> store);

} // namespace quipu
