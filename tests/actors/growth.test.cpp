/// What stays small however much a job does.

#include "tests/actors/staged.hpp"

#include "collation/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace quipu;

namespace {

constexpr auto round_and_round = R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: round
      expire: 0
      activities:
        t: {type: trigger}
        again: {type: hook, cycle: true}
        work: {type: worker, topic: work, job: {maps: {n: '{$self.output.data.n}'}}}
        nap: {type: hook, sleep: 1s}
        back: {type: cycle, ancestor: again, input: {maps: {n: '{work.output.data.n}'}}}
      transitions:
        t: [{to: again}]
        again: [{to: work}]
        work: [{to: nap, conditions: {match: [{expected: true, actual: '{work.output.data.more}'}]}}]
        nap: [{to: back}]
)";

/// A job that goes round so many times, and the rows it leaves.
std::vector<std::string> rows_after(int passes, staged& with) {
  int done = 0;
  with.serve("work", [&](const wish::call&) {
    ++done;
    return fine({{"n", done}, {"more", done < passes}});
  });
  REQUIRE(with.on.publish("round", json::object(), "r").ok());
  for (int pass = 0; pass < passes; ++pass) with.on.advance(1'000);
  REQUIRE(with.on.job("r")->state == "completed");
  REQUIRE(with.on.job("r")->data["n"] == passes);
  return with.store.dump();
}

history_page history(ledger& store, const std::string& job) {
  return *staged::asked<history_page>([&](auto done) { store.history(job, 1, SIZE_MAX, done); });
}

/// An app whose one activity has so many awaits behind it, and each child's flow.
std::string wide(int children, std::string_view kind) {
  std::string activities;
  std::string edges;
  for (int i = 0; i < children; ++i) {
    activities += fmt::format("        c{}: {{{}}}\n", i, kind);
    edges += fmt::format("{}{{to: c{}}}", i == 0 ? "" : ", ", i);
  }
  return fmt::format(R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: wide
      activities:
        t: {{type: trigger}}
        p: {{type: hook}}
{}
      transitions: {{t: [{{to: p}}], p: [{}]}}
    - subscribes: .child
      activities: {{ct: {{type: trigger}}, cw: {{type: worker, topic: work}}}}
      transitions: {{ct: [{{to: cw}}]}}
)",
                     activities, edges);
}

} // namespace

TEST_CASE("a job that goes round keeps as many records as it may, and as many rows as before") {
  job_terms terms;
  terms.records = 40;
  staged few{round_and_round, terms};
  const auto rows = rows_after(60, few);
  staged many{round_and_round, terms};
  const auto later = rows_after(1'500, many);
  CHECK(later.size() < rows.size() + 10);
  std::size_t size = 0;
  std::size_t size_later = 0;
  for (const auto& row : rows) size += row.size();
  for (const auto& row : later) size_later += row.size();
  CHECK(size_later < size + size / 4);

  const auto page = history(many.store, "r");
  CHECK(page.total > 4'000);
  CHECK(page.records.size() >= terms.records);
  CHECK(page.records.size() <= terms.records + terms.records / 8);
  const auto told = *many.on.history("r");
  CHECK(told.front().what["cause"] == "condensed");
  CHECK(told.front().what["number"] == page.first - 1);
  CHECK(told.size() == page.records.size() + 1);
  // From the checkpoint on it gives the state, byte for byte, and the head.
  CHECK(wrong_in(many.store).empty());
  replay again;
  REQUIRE(again.take(page).ok());
  const auto stored = *staged::asked<snapshot>([&](auto done) { many.store.read("r", done); });
  CHECK(again.at() == stored.at);
  CHECK(again.view().data("n") != nullptr);
}

TEST_CASE("histories without documents are condensed too") {
  job_terms terms;
  terms.records = 24;
  terms.history = history_mode::digits;
  staged with{round_and_round, terms};
  rows_after(100, with);
  CHECK(history(with.store, "r").records.size() <= 27);
  CHECK(with.on.history("r")->back().what["key"] == with.on.job("r")->key);
  CHECK(wrong_in(with.store).empty());
}

TEST_CASE("more children than a commit may have are started by several, and all are awaited") {
  job_terms terms;
  terms.limits.commit_children = 10;
  staged with{wide(95, "type: await, topic: .child"), terms};
  with.serve("work", [](const wish::call&) { return fine(); });
  REQUIRE(with.on.publish("wide", json::object(), "w").ok());
  with.on.advance(0);
  const auto job = *with.on.job("w");
  CHECK(job.state == "completed");
  CHECK(job.key.find_first_not_of('6') == std::string::npos);
  CHECK(with.on.calls("work") == 95);
  std::size_t most = 0;
  std::size_t started = 0;
  const auto told = with.on.history("w").value();
  for (const auto& [job_id, at_ms, record] : told) {
    if (!record.contains("children")) continue;
    most = std::max(most, record["children"].size());
    started += record["children"].size();
  }
  CHECK(most == 10);
  CHECK(started == 95);
  CHECK(wrong_in(with.store).empty());
}

TEST_CASE("what is asked is put off when a commit is as large as it may be") {
  job_terms terms;
  terms.limits.commit_bytes = 64 << 10;
  staged with{wide(20, "type: await, topic: .child, input: {maps: {m: '{t.output.data.m}'}}"),
              terms};
  with.serve("work", [](const wish::call&) { return fine(); });
  REQUIRE(with.on.publish("wide", {{"m", std::string(10'000, 'm')}}, "w").ok());
  with.on.advance(0);
  CHECK(with.on.job("w")->state == "completed");
  const auto told = with.on.history("w").value();
  for (const auto& [job_id, at_ms, record] : told)
    if (record.contains("children")) CHECK(record["children"].size() <= 4);
}

TEST_CASE(
    "a step that would write more than a commit may is an error that names limit and setting") {
  job_terms terms;
  terms.limits.commit_bytes = 64 << 10;
  staged with{wide(1, "type: worker, topic: work, job: {maps: {m: '{$self.output.data.m}'}}"),
              terms};
  std::size_t size = 30'000;
  with.serve("work", [&](const wish::call&) { return fine({{"m", std::string(size, 'm')}}); });
  REQUIRE(with.on.publish("wide", json::object(), "fits").ok());
  CHECK(with.on.job("fits")->state == "completed");
  size = 40'000; // once as output, once as the job's data
  REQUIRE(with.on.publish("wide", json::object(), "large").ok());
  const auto job = *with.on.job("large");
  CHECK(job.state == "failed");
  REQUIRE(job.error);
  CHECK(job.error->code == 413);
  CHECK(job.error->activity == "c0");
  CHECK_THAT(job.error->message, Catch::Contains("limits.commit.bytes is 65536"));
}

TEST_CASE("jobs that wait, and calls that nobody serves, are rows and nothing in memory") {
  staged with{R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: wait
      activities:
        t: {type: trigger}
        h: {type: hook}
      transitions: {t: [{to: h}]}
      hooks: {go: [{to: h, conditions: {match: [{expected: '{t.output.data.k}', actual: '{$self.hook.data.k}'}]}}]}
    - subscribes: sleep
      activities: {st: {type: trigger}, sh: {type: hook, sleep: 1h}}
      transitions: {st: [{to: sh}]}
    - subscribes: call
      activities: {lt: {type: trigger}, lw: {type: worker, topic: nobody}}
      transitions: {lt: [{to: lw}]}
)"};
  for (int i = 0; i < 300; ++i)
    for (const auto* topic : {"wait", "sleep", "call"})
      REQUIRE(with.on.publish(topic, {{"k", i}}, fmt::format("{}{}", topic, i)).ok());
  CHECK(with.on.held() == 0);
  const auto count = [&](std::string_view table) {
    const auto rows = with.store.dump();
    return std::count_if(rows.begin(), rows.end(), [&](const auto& row) {
      return row.starts_with(std::string{table} + ' ');
    });
  };
  CHECK(count("waits") == 300);
  CHECK(count("timers") == 300);
  CHECK(count("backlog") == 300);
  CHECK(count("sets") == 0);
  CHECK(wrong_in(with.store).empty());
  for (int i = 0; i < 300; ++i) REQUIRE(with.on.signal("go", {{"k", i}}).ok());
  with.on.advance(3'600'000);
  CHECK(count("waits") == 0);
  CHECK(count("running") == 300);
  CHECK(with.on.held() == 0);
}
