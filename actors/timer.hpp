#pragma once

#include "actors/messages.hpp"

#include <caf/actor_clock.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace quipu {

/// Posts what is due to its jobs. The store knows all timers; this one only knows when to look
/// next.
class timer_state {
public:
  caf::behavior make(caf::event_based_actor* self, std::shared_ptr<ledger> store,
                     std::chrono::milliseconds look);

  static inline const char* name = "timer";

private:
  void look_at(std::int64_t due_ms);

  caf::event_based_actor* self_ = nullptr;
  std::shared_ptr<ledger> store_;
  std::optional<std::int64_t> next_ms_; ///< the earliest look that is under way
  caf::actor_clock::time_point wakes_;  ///< when its tick comes
};

using timer_actor = caf::stateful_actor<timer_state>;

caf::behavior make_timer(timer_actor* self, std::shared_ptr<ledger> store,
                         std::chrono::milliseconds look);

} // namespace quipu
