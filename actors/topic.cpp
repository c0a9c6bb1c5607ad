#include "actors/topic.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <chrono>
#include <exception>

namespace quipu {

namespace {

/// Runs the user's function; whatever it does, there is an answer.
reply perform(const worker_function& work, call& with) {
  try {
    return work(with);
  } catch (const std::exception& e) {
    return fail(500, e.what());
  } catch (...) {
    return fail(500, "the worker threw something that is no std::exception");
  }
}

/// The answer as a message, made whole: an answer that cannot be one is an error of the worker.
call_answered answer_to(const call_asked& asked, reply said, std::size_t payload_bytes) {
  call_answered made{asked.job, asked.activity, asked.pass, asked.attempt, 0, 0, {}};
  if (said.code < 100 || said.code > 599)
    said = fail(500,
                fmt::format("the worker of \"{}\" answered with code {}; 100 to 599 would be right",
                            asked.topic, said.code));
  if (said.data.is_discarded())
    said = fail(
        500, fmt::format("the worker of \"{}\" answered with data that is no JSON", asked.topic));
  value data{std::move(said.data)};
  if (data.packed().size() > payload_bytes) {
    said = fail(413, fmt::format("the reply to \"{}\" has {} bytes; limits.payload.bytes is {}",
                                 asked.topic, data.packed().size(), payload_bytes));
    data = value{std::move(said.data)};
  }
  made.status = static_cast<std::uint8_t>(said.is);
  made.code = said.code;
  made.data = std::move(data);
  return made;
}

} // namespace

caf::behavior topic_actor(caf::event_based_actor* self, worker_function work,
                          std::shared_ptr<crew> hands, std::shared_ptr<crew::lane> lane,
                          std::size_t payload_bytes) {
  const auto function = std::make_shared<const worker_function>(std::move(work));
  return {
      [=](call_asked& asked) {
        const auto engine = caf::actor_cast<caf::actor>(self->current_sender());
        hands->run(lane, [function, payload_bytes, engine, asked = std::move(asked)] {
          call::facts facts;
          facts.topic = asked.topic;
          facts.job = asked.job;
          facts.activity = asked.activity_id;
          facts.dimension = asked.pass;
          facts.attempt = asked.attempt;
          facts.idempotency_key = fmt::format("{}.{}.{}", asked.gid, asked.activity_id, asked.pass);
          if (asked.due_ms != 0)
            facts.deadline =
                std::chrono::system_clock::time_point{std::chrono::milliseconds{asked.due_ms}};
          if (asked.input) facts.data = *asked.input;
          call with{std::move(facts)};
          caf::anon_send(engine, answer_to(asked, perform(*function, with), payload_bytes));
        });
      },
  };
}

} // namespace quipu
