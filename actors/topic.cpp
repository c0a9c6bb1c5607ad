#include "actors/topic.hpp"

#include "actors/leg_two.hpp"

#include <caf/send.hpp>

#include <exception>

namespace quipu {

namespace {

/// Runs the user's function; whatever it does, there is an answer.
reply perform(const worker::function& work, call& with) {
  try {
    return work(with);
  } catch (const std::exception& e) {
    return fail(500, e.what());
  } catch (...) {
    return fail(500, "the worker threw something that is no std::exception");
  }
}

} // namespace

caf::behavior topic_actor(caf::event_based_actor* self, worker::function work,
                          std::shared_ptr<crew> hands, std::shared_ptr<crew::lane> lane,
                          std::shared_ptr<open_calls> open, std::size_t payload_bytes) {
  const auto function = std::make_shared<const worker::function>(std::move(work));
  return {
      [=](call_asked& told) {
        auto with = open->open(told);
        const auto asked = std::make_shared<const call_asked>(std::move(told));
        auto engine = caf::actor_cast<caf::actor>(self->current_sender());
        const auto answer = [=](reply said) {
          caf::anon_send(engine, leg_two(*asked, std::move(said), payload_bytes));
        };
        const auto taken = hands->run(lane, [=] {
          if (!with->cancelled()) answer(perform(*function, *with)); // it may have waited long
        });
        if (!taken) answer(fail(503, "no thread could be made to run it"));
      },
      [=](const call_cancelled& what) {
        open->cancel({what.job, what.activity, what.pass, what.attempt});
      },
  };
}

} // namespace quipu
