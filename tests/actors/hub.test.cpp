#include "actors/hub.hpp"

#include "tests/actors/conversation.hpp"

#include <quipu/node.hpp>

#include <atomic>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace quipu {

using namespace std::chrono_literals;

namespace {

constexpr const char* app = R"(
app:
  id: hub
  version: '1'
  graphs:
    - subscribes: work.wanted
      activities:
        t: {type: trigger}
        w: {type: worker, topic: work, job: {maps: {done: true}}}
      transitions: {t: [{to: w}]}
    - subscribes: wait.wanted
      activities:
        wt: {type: trigger}
        h: {type: hook, sleep: 1h}
      transitions: {wt: [{to: h}]}
    - subscribes: nap.wanted
      activities:
        nt: {type: trigger}
        n: {type: hook, sleep: 1s}
      transitions: {nt: [{to: n}]}
)";

} // namespace

TEST_CASE("who waits for the answer of an engine that dies is told so") {
  conversation with{app};
  with.serve("work", [](const call_asked&) { return ok(); });
  with.begin();
  with.run();
  with.publish("work.wanted", {}, "a");
  with.scheduler().run_once(); // the hub has given it away, and the engine has not looked at it
  caf::anon_send_exit(with.engines.front(), caf::exit_reason::kill);
  with.run();
  REQUIRE(with.accepted.count("a") == 1);
  CHECK(with.accepted.at("a").error().code == fault::unreachable);
  CHECK(with.accepted.at("a").error().message.find("\"a\"") != std::string::npos);
  with.publish("work.wanted", {}, "b");
  with.run();
  CHECK(with.accepted.at("b").error().code == fault::unavailable);
}

TEST_CASE("a start that another version was faster with is made of that version") {
  conversation with{app};
  with.serve("work", [](const call_asked&) { return ok(); });
  with.begin();
  with.run();
  findings faults;
  std::string text = app;
  text.replace(text.find("'1'"), 3, "'2'");
  const auto next = compile(*read_definition(*read_text(text, "two.yaml", faults), faults), faults);
  REQUIRE(next);
  with.store->deploy({next->app, next->version, "hash 2", "{}", next->public_topics(), true}, {});
  with.store->activate(next->app, next->version, {});
  with.publish("work.wanted", {}, "a");
  with.run();
  CHECK(with.accepted.empty());
  with.plans->put(next);
  with.plans->activate(next->app, next->version);
  with.pass(1s);
  REQUIRE(with.accepted.count("a") == 1);
  REQUIRE(with.accepted.at("a"));
  CHECK(with.stored("a").version == "2");
}

TEST_CASE("a start that no version will take is refused in the end") {
  conversation with{app};
  with.begin();
  with.run();
  with.store->deploy({"hub", "2", "hash 2", "{}", {"work.wanted"}, true}, {});
  with.store->activate("hub", "2", {});
  with.publish("work.wanted", {}, "a");
  with.pass(10s);
  REQUIRE(with.accepted.count("a") == 1);
  CHECK(with.accepted.at("a").error().code == fault::unavailable);
  CHECK(with.accepted.at("a").error().message.find("try again") != std::string::npos);
}

TEST_CASE("who waits for a job that is not there is told so") {
  conversation with{app};
  std::optional<fault> told;
  caf::anon_send(with.hub,
                 wait_asked{"nowhere", 1, [&](const std::string&, const result<json>& end) {
                              told = end.error().code;
                            }});
  with.run();
  CHECK(told == fault::not_found);
}

TEST_CASE("an end that nobody tells is seen, however many wait for others") {
  conversation with{app, 1, 10'000};
  with.begin();
  with.run();
  const auto away = with.system.spawn(make_hub, std::shared_ptr<ledger>{with.store}, 1'000U);
  int told = 0;
  const auto wait_for = [&](const std::string& topic, int count) {
    for (int each = 0; each < count; ++each) {
      const auto id = fmt::format("{}-{}", topic, each);
      with.publish(topic, {}, id);
      with.run();
      caf::anon_send(away, wait_asked{id, 1, [&](const std::string&, const result<json>& end) {
                                        if (end) ++told;
                                      }});
    }
  };
  constexpr int many = 300;
  wait_for("wait.wanted", 1'200);
  wait_for("nap.wanted", many);
  with.pass(5s);
  CHECK(told == many);
  caf::anon_send_exit(away, caf::exit_reason::kill);
  with.run();
}

namespace {

/// A node over a memory store, which runs `app` and serves nothing.
node_options in_memory() {
  node_options with;
  with.store = "memory:";
  with.engines = 1;
  return with;
}

} // namespace

TEST_CASE("callers of a node that stops are answered, and so are those who come too late") {
  node one{in_memory()};
  CHECK(one.client().publish("wait.wanted", json::object()).error().code == fault::unavailable);
  REQUIRE(one.start());
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("quipu-hub-{}.yaml", ::getpid());
  std::ofstream{file} << app;
  REQUIRE(one.client().deploy(file.string()));
  std::filesystem::remove(file);
  REQUIRE(one.client().activate("hub", "1"));
  REQUIRE(one.client().publish("wait.wanted", json::object(), {.id = "w", .app = {}}));
  std::vector<std::thread> callers;
  std::vector<result<ending>> told;
  std::vector<result<void>> heard;
  std::mutex guard;
  std::atomic<int> under_way{0};
  for (int each = 0; each < 8; ++each)
    callers.emplace_back([&, each] {
      ++under_way;
      if (each % 2 == 0) {
        auto end = each % 4 == 0
                       ? one.client().wait("w", std::chrono::hours{1})
                       : one.client().run("wait.wanted", json::object(),
                                          {.id = {}, .app = {}, .timeout = std::chrono::hours{1}});
        const std::scoped_lock lock{guard};
        told.push_back(std::move(end));
      } else {
        auto end = one.client().subscribe("work.done", [](const announcement&) { return true; });
        const std::scoped_lock lock{guard};
        heard.push_back(std::move(end));
      }
    });
  while (under_way < 8 ||
         one.client().jobs({.app = {}, .state = "running", .after = {}})->rows.size() < 3)
    std::this_thread::yield();
  one.stop();
  for (auto& each : callers) each.join();
  for (const auto& each : told) CHECK(each.error().code == fault::unavailable);
  for (const auto& each : heard) CHECK(each.error().code == fault::unavailable);
  CHECK(one.client().job("w").error().code == fault::unavailable);
  REQUIRE(one.start());
  CHECK(one.client().job("w").error().code == fault::not_found); // a memory store is another
}

TEST_CASE("a subscription ends when it is asked to, though nothing is published") {
  node one{in_memory()};
  REQUIRE(one.start());
  std::stop_source stop;
  std::thread stops{[&] { stop.request_stop(); }};
  CHECK(one.client().subscribe("work.done", [](const announcement&) { return true; },
                               {.after = {}, .stop = stop.get_token()}));
  stops.join();
}

} // namespace quipu
