#pragma once

#include "actors/messages.hpp"
#include "collation/replay.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace quipu {

/// Turns the oldest records of jobs into checkpoints, one job at a time, away from the engines: no
/// commit waits for it. What is lost with it is made by the next asking.
class archivist_state {
public:
  using warner = std::function<void(const std::string& job, const std::string& message)>;

  caf::behavior make(caf::event_based_actor* self, std::shared_ptr<ledger> store, warner warn);

  static inline const char* name = "archivist";

private:
  void begin_next();
  void read_on();
  void take(const records_read& read);

  caf::event_based_actor* self_ = nullptr;
  std::shared_ptr<ledger> store_;
  warner warn_;
  std::deque<condense_asked> waiting_; ///< the first is being made
  replay made_;
};

using archivist_actor = caf::stateful_actor<archivist_state>;

/// For `spawn`.
caf::behavior make_archivist(archivist_actor* self, std::shared_ptr<ledger> store,
                             archivist_state::warner warn);

} // namespace quipu
