#include "actors/activity.hpp"

#include "flows/step.hpp"

namespace quipu {

caf::behavior activity_actor(caf::event_based_actor* self) {
  return {
      [self](step_asked& asked) {
        auto& [job, app, rules, view, what, now_ms, limits, number] = asked.what;
        step_made made{job, number, step({*app, *rules, now_ms, limits}, *view, what)};
        // The engine folds in place when nobody else looks at the view.
        view.reset();
        self->send(caf::actor_cast<caf::actor>(self->current_sender()), std::move(made));
      },
  };
}

} // namespace quipu
