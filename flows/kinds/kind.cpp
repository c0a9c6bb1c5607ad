#include "flows/kinds/kind.hpp"

namespace quipu {

const kind& kind_of(activity_kind which) noexcept {
  switch (which) {
  case activity_kind::trigger: return trigger_kind;
  case activity_kind::worker: return worker_kind;
  case activity_kind::await: return await_kind;
  case activity_kind::hook: return hook_kind;
  case activity_kind::signal: return signal_kind;
  case activity_kind::cycle: return cycle_kind;
  case activity_kind::interrupt: return interrupt_kind;
  }
  return trigger_kind;
}

} // namespace quipu
