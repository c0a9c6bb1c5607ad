#include "actors/warden.hpp"
#include "tests/actors/conversation.hpp"

namespace quipu {

TEST_CASE("an engine that dies is replaced, and what it ran ends") {
  conversation with{R"(
app:
  id: one
  version: '1'
  graphs:
    - subscribes: one.wanted
      activities:
        t: {type: trigger}
        w: {type: worker, topic: work, job: {maps: {done: true}}}
      transitions: {t: [{to: w}]}
)"};
  with.serve("work", [](const call_asked&) { return ok(); });
  std::vector<caf::actor> spawned;
  std::vector<std::string> told;
  engine_parts parts;
  parts.plans = with.plans;
  parts.store = with.store;
  parts.writer = with.writer;
  parts.hub = with.hub;
  parts.timer = with.timer;
  parts.topics = with.workers;
  parts.rings = with.rings;
  warden_parts guarded;
  guarded.spawn_engine = [&](caf::event_based_actor* by) {
    parts.seed = spawned.size() + 1;
    spawned.push_back(by->spawn(make_engine, parts));
    return spawned.back();
  };
  guarded.hub = with.hub;
  guarded.warn = [&](const std::string& message) { told.push_back(message); };
  const auto warden = with.system.spawn(warden_actor, std::move(guarded));
  with.run();
  with.publish("one.wanted", {}, "a");
  with.scheduler().run(4);
  caf::anon_send_exit(spawned.front(), caf::exit_reason::kill);
  with.pass(std::chrono::milliseconds{15'000});
  CHECK(spawned.size() == 2);
  CHECK(told.size() == 1);
  with.publish("one.wanted", {}, "b");
  with.run();
  CHECK(with.ends.at("b").at("state") == "completed");
  if (with.accepted.count("a") > 0) CHECK(with.stored("a").state == "completed");
  caf::anon_send_exit(warden, caf::exit_reason::user_shutdown);
  spawned.clear();
  with.run();
}

TEST_CASE("a node fails when one of the actors dies of which there is one, and says which") {
  conversation::testing_config config;
  caf::actor_system system{config};
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  const auto idle = [] { return caf::behavior{[](tick) {}}; };
  const auto clerk = system.spawn(idle);
  const auto cook = system.spawn(idle);
  std::vector<std::string> told;
  warden_parts guarded;
  guarded.engines = 0;
  guarded.vital = {{"the clerk", clerk}, {"the cook", cook}};
  guarded.fail = [&](const std::string& why) { told.push_back(why); };
  const auto warden = system.spawn(warden_actor, std::move(guarded));
  scheduler.run();
  caf::anon_send_exit(cook, caf::exit_reason::unhandled_exception);
  scheduler.run();
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("the cook died") == 0);
  caf::anon_send(warden, drain{});
  scheduler.run();
  caf::anon_send_exit(clerk, caf::exit_reason::kill);
  scheduler.run();
  CHECK(told.size() == 1); // who stops does not fail
  caf::anon_send_exit(warden, caf::exit_reason::user_shutdown);
  scheduler.run();
}

} // namespace quipu
