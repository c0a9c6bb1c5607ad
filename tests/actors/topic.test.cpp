#include "actors/topic.hpp"

#include "tests/actors/conversation.hpp"

#include <caf/scoped_actor.hpp>

#include <future>

namespace quipu {

TEST_CASE("a call that nobody wants any more when its turn comes is not made") {
  conversation::testing_config config;
  config.add_message_types<caf::id_block::quipu_worker>();
  caf::actor_system system{config};
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  const auto hands = std::make_shared<crew>();
  std::promise<void> go;
  std::promise<void> last;
  std::vector<std::string> made;
  const auto topic = system.spawn(topic_actor, worker::function{[&](call& asked) {
                                    made.push_back(asked.job());
                                    if (asked.job() == "first") go.get_future().wait();
                                    if (asked.job() == "last") last.set_value();
                                    return ok();
                                  }},
                                  hands, hands->open(1), std::make_shared<open_calls>(), 1'000);
  for (const std::string job : {"first", "late", "last"}) {
    call_asked asked;
    asked.job = job;
    caf::anon_send(topic, asked);
  }
  caf::anon_send(topic, call_cancelled{"late", 0, 0, 1});
  scheduler.run();
  go.set_value();
  last.get_future().wait();
  CHECK(made == std::vector<std::string>{"first", "last"});
  caf::anon_send_exit(topic, caf::exit_reason::kill);
  scheduler.run();
}

} // namespace quipu
