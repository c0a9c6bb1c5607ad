#include <quipu/node.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace quipu;
using namespace std::chrono_literals;

namespace {

constexpr const char* app = R"(
app:
  id: verbs
  version: '1'
  graphs:
    - subscribes: wait
      publishes: wait.done
      hooks:
        approved:
          - {to: h, conditions: {match: [{expected: '{t.output.data.n}', actual: '{$self.hook.data.n}'}]}}
      activities:
        t: {type: trigger}
        h: {type: hook, hook: {schema: {type: object, required: [n]}}, job: {maps: {by: '{$self.hook.data.by}'}}}
      transitions: {t: [{to: h}]}
    - subscribes: ask
      publishes: ask.done
      activities:
        at: {type: trigger}
        a: {type: worker, topic: work.ask, job: {maps: {said: '{$self.output.data.said}'}}}
      transitions: {at: [{to: a}]}
    - subscribes: both
      activities:
        bt: {type: trigger}
        b: {type: await, topic: wait, input: {maps: {n: 77}}}
      transitions: {bt: [{to: b}]}
)";

/// A node over a memory store, whose worker says 202.
class running {
public:
  running()
      : node_([] {
          node_options with;
          with.store = "memory:";
          with.engines = 2;
          return with;
        }()) {
    const auto file =
        std::filesystem::temp_directory_path() / fmt::format("quipu-verbs-{}.yaml", ::getpid());
    std::ofstream{file} << app;
    node_.serve("work.ask", [](call&) { return pending(); });
    REQUIRE(node_.start());
    const auto made = to().deploy(file.string());
    std::filesystem::remove(file);
    REQUIRE(made);
    REQUIRE(to().activate(made->app, made->version));
  }

  client& to() { return node_.client(); }

  /// Until the job waits for something of this kind.
  void until(const std::string& job, const std::string& kind) {
    for (;; std::this_thread::sleep_for(2ms)) {
      const auto seen = to().job(job);
      if (seen && !seen->open.empty() && seen->open[0]["kind"] == kind) return;
    }
  }

private:
  node node_;
};

} // namespace

TEST_CASE("a signal answers the hook that waits for it, and its id is good once") {
  running node;
  REQUIRE(node.to().publish("wait", {{"n", 1}}, {.id = "w-1", .app = {}}));
  node.until("w-1", "wait");
  CHECK(node.to().signal("approved", {{"n", 1}, {"by", "Ana"}}, {.id = "s-1", .app = {}}).value() ==
        reception::answered);
  const auto end = node.to().wait("w-1", 10s);
  REQUIRE(end);
  CHECK(end->state == "completed");
  CHECK(end->data == json{{"by", "Ana"}});
  CHECK(node.to().signal("approved", {{"n", 1}}, {.id = "s-1", .app = {}}).value() ==
        reception::repeated);
  CHECK(node.to().signal("approved", {{"n", 1}}).error().code == fault::not_found);
  CHECK(node.to().signal("approved", {{"n", 2}}).value() == reception::early);
  CHECK(node.to().signal("nothing", {{"n", 2}}).error().code == fault::not_found);
  CHECK(node.to().signal("approved", {{"n", 2}}, {.id = {}, .app = "other"}).error().code ==
        fault::not_found);
}

TEST_CASE("a pending call is completed from anywhere, once") {
  running node;
  REQUIRE(node.to().publish("ask", json::object(), {.id = "a-1", .app = {}}));
  node.until("a-1", "pending");
  CHECK(node.to().complete("a-2", "a", ok()).error().code == fault::not_found);
  CHECK(node.to().complete("a-1", "b", ok()).error().code == fault::not_found);
  CHECK(node.to().complete("a-1", "a", ok(), {.dimension = 1, .id = {}}).error().code ==
        fault::not_found);
  CHECK(node.to().complete("a-1", "a", pending(), {.dimension = {}, .id = "p"}));
  CHECK(node.to().complete("a-1", "a", ok({{"said", "yes"}}), {.dimension = 0, .id = "c"}));
  const auto end = node.to().wait("a-1", 10s);
  REQUIRE(end);
  CHECK(end->data == json{{"said", "yes"}});
  // The same id is answered as the first time, another one is refused.
  CHECK(node.to().complete("a-1", "a", ok({{"said", "no"}}), {.dimension = {}, .id = "c"}));
  CHECK(node.to().complete("a-1", "a", ok(), {.dimension = {}, .id = "d"}).error().code ==
        fault::conflict);
  CHECK(node.to().complete("a-1", "a", ok()).error().code == fault::conflict);
  CHECK(node.to().job("a-1")->data == json{{"said", "yes"}});
}

TEST_CASE("an interrupt is answered when the job has ended, whoever ran it") {
  running node;
  for (const auto* id : {"i-1", "i-2", "i-3", "i-4"}) {
    REQUIRE(node.to().publish("ask", json::object(), {.id = id, .app = {}}));
    node.until(id, "pending");
    REQUIRE(node.to().interrupt(id, {.reason = "changed my mind", .code = 409}));
    const auto seen = node.to().job(id);
    CHECK(seen->state == "interrupted");
    CHECK(seen->error->code == 409);
    CHECK(seen->error->message == "changed my mind");
    CHECK(node.to().interrupt(id).error().code == fault::conflict);
  }
  CHECK(node.to().interrupt("nobody").error().code == fault::not_found);
  REQUIRE(node.to().publish("ask", json::object(), {.id = "i-5", .app = {}}));
  node.until("i-5", "pending");
  REQUIRE(node.to().interrupt("i-5", {.reason = {}, .code = 410, .throws = false}));
  CHECK_FALSE(node.to().job("i-5")->error);
}

TEST_CASE("of many who interrupt a job at once, each learns that it has ended") {
  running node;
  REQUIRE(node.to().publish("ask", json::object(), {.id = "i-1", .app = {}}));
  node.until("i-1", "pending");
  std::atomic<int> done{0};
  std::atomic<int> ended{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] {
      const auto answer = node.to().interrupt("i-1");
      if (answer) ++done;
      if (!answer && answer.error().code == fault::conflict) ++ended;
    });
  for (auto& each : all) each.join();
  CHECK(done >= 1);
  CHECK(done + ended == 4);
  CHECK(node.to().job("i-1")->state == "interrupted");
}

TEST_CASE("an interrupt that descends ends the awaited job too") {
  running node;
  REQUIRE(node.to().publish("both", json::object(), {.id = "b-1", .app = {}}));
  node.until("b-1", "child");
  const auto child = node.to().job("b-1")->children.at(0);
  node.until(child, "wait");
  REQUIRE(node.to().interrupt("b-1", {.reason = {}, .code = 410, .throws = true, .descend = true}));
  const auto end = node.to().wait(child, 10s);
  REQUIRE(end);
  CHECK(end->state == "interrupted");
}

TEST_CASE("who subscribes gets every end in order, and goes on where he was") {
  running node;
  std::vector<announcement> seen;
  std::thread listener{[&] {
    CHECK(node.to().subscribe("ask.done",
                              [&](announcement each) {
                                seen.push_back(std::move(each));
                                return seen.size() < 2;
                              },
                              {.after = "oldest"}));
  }};
  for (const auto* id : {"a-1", "a-2", "a-3"}) {
    REQUIRE(node.to().publish("ask", json::object(), {.id = id, .app = {}}));
    node.until(id, "pending");
    REQUIRE(node.to().complete(id, "a", ok({{"said", id}})));
    REQUIRE(node.to().wait(id, 10s));
  }
  listener.join();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].job == "a-1");
  CHECK(seen[0].data == json{{"state", "completed"}, {"data", {{"said", "a-1"}}}});
  CHECK(seen[1].job == "a-2");
  CHECK(seen[0].id < seen[1].id);
  const auto rest = node.to().listen("ask.done", seen[1].id, 0ms);
  REQUIRE(rest);
  REQUIRE(rest->all.size() == 1);
  CHECK(rest->all[0].job == "a-3");
  CHECK(node.to().listen("wait.done", "oldest", 0ms)->all.empty());
  CHECK(node.to().listen("ask.done", {}, 0ms)->all.empty()); // from now on
  CHECK(node.to().listen("ask.done", "no id", 0ms).error().code == fault::bad_request);
}
