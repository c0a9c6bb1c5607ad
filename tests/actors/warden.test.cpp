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
  const auto warden = with.system.spawn(
      warden_actor, std::size_t{1},
      [&](caf::event_based_actor* by) {
        parts.seed = spawned.size() + 1;
        spawned.push_back(by->spawn(make_engine, parts));
        return spawned.back();
      },
      with.hub, [&](const std::string& message) { told.push_back(message); });
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

} // namespace quipu
