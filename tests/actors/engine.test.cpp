#include "tests/actors/conversation.hpp"

#include <quipu/reply.hpp>

namespace quipu {

namespace {

constexpr auto adding = R"(
app:
  id: sums
  version: '1'
  graphs:
    - subscribes: sum.wanted
      activities:
        t: {type: trigger}
        one:
          type: worker
          topic: add
          input: {maps: {n: '{t.output.data.n}'}}
        pass: {type: hook}
        two:
          type: worker
          topic: add
          input: {maps: {n: '{one.output.data.n}'}}
          job: {maps: {n: '{$self.output.data.n}'}}
        side: {type: worker, topic: add, input: {maps: {n: 100}}}
        below:
          type: await
          topic: .inner
          input: {maps: {n: '{two.output.data.n}'}}
          job: {maps: {inner: '{$self.output.data.n}'}}
      transitions: {t: [{to: one}, {to: side}], one: [{to: pass}], pass: [{to: two}], two: [{to: below}]}
    - subscribes: .inner
      activities:
        it: {type: trigger}
        three:
          type: worker
          topic: add
          input: {maps: {n: '{it.output.data.n}'}}
          job: {maps: {n: '{$self.output.data.n}'}}
      transitions: {it: [{to: three}]}
    - subscribes: slow.wanted
      activities:
        st: {type: trigger}
        slow: {type: worker, topic: slow, timeout: 5s, retry: {'504': [2, 1s]}}
        beside: {type: worker, topic: slow}
      transitions: {st: [{to: slow}, {to: beside}]}
    - subscribes: nap.wanted
      activities:
        nt: {type: trigger}
        nap: {type: hook, sleep: 30s, job: {maps: {slept: true}}}
      transitions: {nt: [{to: nap}]}
)";

reply add_one(const call_asked& asked) { return ok({{"n", (*asked.input)["n"].get<int>() + 1}}); }

} // namespace

TEST_CASE("a job runs to its end, and its caller is told once") {
  conversation with{adding};
  with.serve("add", add_one);
  with.begin();
  with.publish("sum.wanted", {{"n", 1}}, "s");
  with.run();
  REQUIRE(with.accepted.at("s").ok());
  CHECK(with.ends.at("s") == json{{"state", "completed"}, {"data", {{"n", 3}, {"inner", 4}}}});
  CHECK(with.told["s"] == 1);
  CHECK(with.key("s") == "666666");
  CHECK(with.calls.size() == 4);
}

TEST_CASE("an engine holds nothing of a job that has ended or sleeps") {
  conversation with{adding};
  with.serve("add", add_one);
  with.begin();
  with.publish("nap.wanted", {}, "z");
  with.publish("sum.wanted", {{"n", 1}}, "s");
  with.run();
  CHECK(with.stored("z").owner == 0);
  CHECK(with.stored("s").owner == 0);
  CHECK(with.key("z") == "65");
  with.pass(std::chrono::milliseconds{29'900});
  CHECK(with.key("z") == "65");
  with.pass(std::chrono::milliseconds{200});
  CHECK(with.key("z") == "64");
  CHECK(with.ends.at("z")["data"] == json{{"slept", true}});
}

TEST_CASE("a second start of the same id is refused and changes nothing") {
  conversation with{adding};
  with.serve("add", add_one);
  with.begin();
  with.publish("sum.wanted", {{"n", 1}}, "s");
  with.run();
  const auto before = with.store->dump();
  with.publish("sum.wanted", {{"n", 50}}, "s");
  with.run();
  REQUIRE_FALSE(with.accepted.at("s").ok());
  CHECK(with.accepted.at("s").error().code == fault::conflict);
  CHECK(with.store->dump() == before);
}

TEST_CASE("a topic that no flow has is refused with the nearest one") {
  conversation with{adding};
  with.begin();
  with.publish("sum.wantd", {}, "a");
  with.publish(".inner", {}, "b");
  with.run();
  CHECK(with.accepted.at("a").error().code == fault::not_found);
  CHECK_THAT(with.accepted.at("a").error().message, Catch::Contains("sum.wanted"));
  CHECK(with.accepted.at("b").error().code == fault::not_found);
}

TEST_CASE("whenever the activity actors are killed, the job still ends as if they had not been") {
  bool more = true;
  for (std::size_t steps = 0; more; ++steps) {
    conversation with{adding};
    with.serve("add", add_one);
    with.begin();
    with.publish("sum.wanted", {{"n", 1}}, "s");
    more = with.scheduler().run(steps) == steps;
    for (const auto& engine : with.engines)
      for (const auto& activity :
           dynamic_cast<engine_actor&>(*caf::actor_cast<caf::abstract_actor*>(engine))
               .state.activities())
        caf::anon_send_exit(activity, caf::exit_reason::kill);
    with.run();
    INFO("killed after " << steps << " messages");
    REQUIRE(with.ends.count("s") == 1);
    REQUIRE(with.ends.at("s")["data"] == json{{"n", 3}, {"inner", 4}});
    REQUIRE(with.calls.size() == 4);
    REQUIRE(with.key("s") == "666666");
  }
}

TEST_CASE("whenever an engine is killed, another ends its jobs; a call is made again with the same "
          "key and input") {
  bool more = true;
  for (std::size_t steps = 0; more; steps += 3) {
    conversation with{adding};
    with.serve("add", add_one);
    with.begin();
    with.publish("sum.wanted", {{"n", 1}}, "s");
    more = with.scheduler().run(steps) == steps;
    const auto dead = with.engines.front();
    caf::anon_send_exit(dead, caf::exit_reason::kill);
    with.run();
    with.add_engine();
    with.pass(std::chrono::milliseconds{15'000});
    INFO("killed after " << steps << " messages");
    std::optional<snapshot> left;
    with.store->read("s", [&](result<snapshot> got) {
      if (got) left = std::move(*got);
    });
    // Before the start was durable nobody was promised anything; that is told.
    if (!left) {
      REQUIRE(with.accepted.count("s") == 1);
      REQUIRE_FALSE(with.accepted.at("s"));
      continue;
    }
    REQUIRE(left->state == "completed");
    REQUIRE(with.key("s") == "666666");
    std::map<std::pair<std::string, std::string>, std::vector<call_asked>> by_key;
    for (const auto& each : with.calls) by_key[{each.gid, each.activity_id}].push_back(each);
    REQUIRE(by_key.size() == 4);
    for (const auto& [key, each] : by_key)
      for (std::size_t at = 1; at < each.size(); ++at) {
        REQUIRE(*each[at].input == *each[0].input);
        REQUIRE(each[at].attempt > each[at - 1].attempt);
      }
  }
}

TEST_CASE("an engine whose lease has lapsed forgets its jobs, and they end all the same") {
  conversation with{adding, 2};
  with.serve("add", add_one);
  with.begin();
  with.run();
  with.publish("sum.wanted", {{"n", 1}}, "s");
  with.scheduler().run(6);
  with.now_ms += 60'000; // the store's clock, not the engines'
  with.run();
  with.pass(std::chrono::milliseconds{30'000});
  CHECK(with.stored("s").state == "completed");
  CHECK(with.key("s") == "666666");
}

TEST_CASE("a call for which there is no worker waits in the store, and goes when one is there") {
  conversation with{adding};
  with.begin();
  with.publish("sum.wanted", {{"n", 1}}, "s");
  with.run();
  CHECK(with.stored("s").owner == 0);
  CHECK(with.key("s") == "689998");
  // In a node that comes later, or has been there all the time.
  with.serve("add", add_one);
  with.add_engine();
  caf::anon_send_exit(with.engines.front(), caf::exit_reason::kill);
  with.pass(std::chrono::milliseconds{15'000});
  CHECK(with.key("s") == "666666");
  for (const auto& each : with.calls) CHECK(each.attempt == 1);
}

TEST_CASE("an engine that drains begins no new call, and gives its jobs back") {
  conversation with{adding};
  with.serve("add", add_one);
  with.begin();
  with.run();
  with.publish("sum.wanted", {{"n", 1}}, "s");
  with.scheduler().run(4);
  caf::anon_send(with.engines.front(), drain{});
  with.run();
  const auto left = with.stored("s");
  CHECK(left.owner == 0);
  CHECK(left.state == "running");
}

TEST_CASE(
    "what an engine holds that leaves is another's at once, before its lease would have lapsed") {
  for (const bool leaves : {true, false}) {
    INFO("leaves " << leaves);
    conversation with{adding};
    with.workers["add"] = with.system.spawn(
        [](caf::event_based_actor*) -> caf::behavior { return {[](const call_asked&) {}}; });
    with.begin();
    with.run();
    with.publish("sum.wanted", {{"n", 1}}, "s");
    with.run();
    REQUIRE(with.stored("s").owner != 0);
    if (leaves) caf::anon_send(with.engines.front(), leave_asked{});
    with.run();
    caf::anon_send_exit(with.engines.front(), caf::exit_reason::user_shutdown);
    with.run();
    with.serve("add", add_one);
    with.add_engine();
    with.pass(std::chrono::milliseconds{1'000});
    CHECK((with.stored("s").state == "completed") == leaves);
    with.pass(std::chrono::milliseconds{15'000});
    CHECK(with.key("s") == "666666");
  }
}

TEST_CASE("a worker is told when nobody wants its answer any more") {
  conversation with{adding};
  std::vector<call_asked> asked;
  std::vector<call_cancelled> cancelled;
  with.workers["slow"] = with.system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const call_asked& what) { asked.push_back(what); },
            [&](const call_cancelled& what) { cancelled.push_back(what); }};
  });
  with.begin();
  with.publish("slow.wanted", {}, "s");
  with.run();
  REQUIRE(asked.size() == 2);
  CHECK(cancelled.empty());
  // Its first attempt is given up; the other activity of the job is not.
  with.pass(std::chrono::milliseconds{5'500});
  REQUIRE(cancelled.size() == 1);
  CHECK(cancelled[0].job == "s");
  CHECK(cancelled[0].activity == 1);
  CHECK(cancelled[0].attempt == 1);
  // The second attempt's end is the job's: what else is out is not wanted either.
  with.pass(std::chrono::milliseconds{10'000});
  CHECK(with.stored("s").state == "failed");
  REQUIRE(cancelled.size() == 3);
  CHECK(cancelled[1].activity + cancelled[2].activity == 3);
  // A reply that comes all the same changes nothing.
  const auto before = with.store->dump();
  caf::anon_send(with.engines.front(), call_answered{"s", 2, 0, 1, 0, 200, value{json::object()}});
  with.run();
  CHECK(with.store->dump() == before);
}

} // namespace quipu
