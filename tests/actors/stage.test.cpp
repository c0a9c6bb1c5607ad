#include "tests/actors/staged.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

namespace {

constexpr const char* text = R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities:
        t: {type: trigger}
        w: {type: worker, topic: w, retry: {attempts: 3, initial: 1s}}
        h: {type: hook, sleep: 5s, job: {maps: {r: {'@pipe': [['{@math.random}']]}}}}
      transitions: {t: [{to: w}], w: [{to: h}]}
    - subscribes: loop
      activities:
        lt: {type: trigger}
        l: {type: hook, cycle: true}
        c: {type: cycle, ancestor: l}
      transitions: {lt: [{to: l}], l: [{to: c}]}
)";

/// Everything that a script leaves in the store.
std::vector<std::string> play() {
  virtual_clock time;
  memory_ledger store{[&time] { return time.now_ms; }};
  int calls = 0;
  stage on{store, time, [&calls](const wish::call&) {
             answer said{answer::status::success, 200, json::object()};
             if (++calls % 2 == 1) said = {answer::status::error, 503, json::object()};
             return std::optional{late_reply{said, 100}};
           }};
  findings faults;
  const auto document = read_text(text, "x.yaml", faults);
  const auto app = read_definition(*document, faults);
  REQUIRE(on.activate(compile(*app, faults), to_json(*document)).ok());
  REQUIRE(on.publish("s", json::object()).ok());
  REQUIRE(on.publish("s", json::object(), "named").ok());
  on.advance(10'000);
  CHECK(on.job("named")->state == "completed");
  CHECK(on.calls("w") == 4);
  return store.dump();
}

} // namespace

TEST_CASE("the same script leaves the same bytes") {
  const auto first = play();
  CHECK(first.size() > 10);
  CHECK(first == play());
}

TEST_CASE("a loop that no time stops is found") {
  virtual_clock time;
  memory_ledger store{[&time] { return time.now_ms; }};
  stage on{store, time, [](const wish::call&) { return std::optional<late_reply>{}; }};
  findings faults;
  const auto document = read_text(text, "x.yaml", faults);
  const auto app = read_definition(*document, faults);
  REQUIRE(on.activate(compile(*app, faults), to_json(*document)).ok());
  on.most_steps = 2'000;
  (void)on.publish("loop", json::object(), "round").ok();
  CHECK(on.runaway() == "round");
}

TEST_CASE("mail that was accepted before an interrupt counts before it") {
  staged with{R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: s
      activities:
        t: {type: trigger}
        short: {type: hook, sleep: 1s, job: {maps: {slept: true}}}
        long: {type: hook, sleep: 1h}
      transitions: {t: [{to: short}, {to: long}]}
)"};
  REQUIRE(with.on.publish("s", json::object(), "j").ok());
  with.time.now_ms += 1'000;
  const auto fell_due = staged::asked<fired>(
      [&](auto done) { with.store.due(with.time.now_ms, 10, std::move(done)); });
  REQUIRE(fell_due.ok());
  REQUIRE(with.on
              .interrupt("j",
                         {{"reason", "enough"}, {"code", 410}, {"throw", true}, {"descend", false}})
              .ok());
  const auto after = with.on.job("j");
  CHECK(after->state == "interrupted");
  CHECK(after->key == "643");
}
