#include "tests/lmdb_bridge/lmdb_store.hpp"

#include <fmt/format.h>

#include <fstream>

/// What a disk has changed of one job, and what becomes of the others.
namespace quipu::contract {

namespace {

struct damaged_store {
  scratch place;
  std::int64_t time = first_ms;
  std::vector<std::string> complaints;
  std::unique_ptr<lmdb_ledger> store;
  std::optional<caller> call;

  void open() {
    lmdb_ledger::options with;
    with.path = place.path();
    with.map_size = std::size_t{1} << 28U;
    with.clock = [this] { return time; };
    with.complain = [this](std::string said) { complaints.push_back(std::move(said)); };
    store = opened(std::move(with));
    call.emplace(*store);
  }
  void prepare() {
    REQUIRE(call->deploy(version()).ok());
    REQUIRE(call->activate("orders", "1").ok());
    REQUIRE(call->renew(ada).ok());
  }
  /// Closes the store, changes a byte of this text wherever it stands, and opens it again.
  void damage(const std::string& text) {
    call.reset();
    store.reset();
    std::ifstream file{place.data(), std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    int found = 0;
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) {
      bytes[at] = '!';
      ++found;
    }
    REQUIRE(found > 0);
    std::ofstream{place.data(), std::ios::binary} << bytes;
    open();
  }
};

/// A job with a field by which its row can be found in the file.
birth job_named(const std::string& id, token owner = ada) {
  auto what = follower{id, owner}.begin();
  what.first.set = {{"mark", "mark of " + id}};
  return what;
}

} // namespace

TEST_CASE(
    "a damaged job at the head of a queue does not hold up those behind it, and is told once") {
  damaged_store here;
  here.open();
  here.prepare();
  // Each of these stands in all queues of its kind, the one that is damaged first.
  for (const std::string id : {"first", "second"}) {
    auto timed = job_named(id + " timed");
    timed.first.obligations = {waiting("t.0"), waiting("b.0")};
    timed.first.obligations[0].due_ms = first_ms + 100;
    timed.first.obligations[1].backlog = "work";
    REQUIRE(here.call->start(timed).ok());
    REQUIRE(here.call->send(answer(id + " timed", "")).ok());
    REQUIRE(here.call->start(job_named(id + " ready", nobody)).ok());
  }
  here.damage("mark of first timed");
  here.damage("mark of first ready");
  here.complaints.clear();
  here.time += 1'000;
  const auto damaged = [&](std::size_t complaints) {
    REQUIRE(here.complaints.size() == complaints);
    if (complaints > 0)
      REQUIRE_THAT(here.complaints.back(), Catch::Contains("does not match its checksum"));
  };

  const auto fired = here.call->due(here.time);
  REQUIRE(fired.count == 1);
  REQUIRE_FALSE(fired.next_due_ms); // the damaged one is nothing to look for
  damaged(1);
  REQUIRE_THAT(here.complaints.back(), Catch::Contains("of timers is passed by"));
  REQUIRE(here.call->due(here.time).count == 0);
  damaged(1);
  REQUIRE(here.call->serve("work") == 1);
  damaged(2);
  const auto got = here.call->pop(ada);
  REQUIRE(got.size() == 1);
  REQUIRE(got[0].first == "second timed");
  REQUIRE(ids_of(got[0].second).size() == 3); // an answer, the timer, the worker
  damaged(3);
  REQUIRE(here.call->renew(bob).ok());
  REQUIRE(names_of(*here.call->claim(bob)) == names{"second ready"});
  damaged(4);
  REQUIRE(names_of(*here.call->take(ada, bob)) == names{"second timed"});
  damaged(5);
  REQUIRE(here.call->read("first timed").error().code == fault::corrupt);

  // Whoever checks the store finds it.
  std::size_t broken = 0;
  for (std::string after;;) {
    const auto page = *here.call->audit(after, 100);
    for (const auto& row : page.rows) broken += row.table == "jobs" && !row.trouble.empty();
    after = page.next;
    if (after.empty()) break;
  }
  REQUIRE(broken == 2);
}

TEST_CASE("a damaged timer is passed by, and so is a damaged publication that is old") {
  damaged_store here;
  here.open();
  here.prepare();
  for (const std::string id : {"first", "second"}) {
    auto timed = job_named(id);
    timed.first.obligations = {waiting(id + "-timer.0")};
    timed.first.obligations[0].due_ms = first_ms + 100;
    timed.first.publications = {{"orders", "t", id, "publication of " + id}};
    REQUIRE(here.call->start(timed).ok());
  }
  SECTION("the timer") {
    // Its row ends with the name of its obligation; the job's row goes with it.
    here.damage("first-timer.0");
    REQUIRE(here.call->due(first_ms + 1'000).count == 1);
    REQUIRE(here.complaints.size() == 1);
    REQUIRE(here.call->read("second")->mail.size() == 1);
  }
  SECTION("the publication") {
    here.damage("publication of first");
    here.time += 2 * 3'600'000;
    REQUIRE(here.call->due(here.time).count == 2);
    REQUIRE(here.complaints.size() == 1);
    REQUIRE_THAT(here.complaints[0], Catch::Contains("of publications is passed by"));
  }
}

} // namespace quipu::contract
