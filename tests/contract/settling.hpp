#pragma once

#include "tests/contract/audited.hpp"

/// Commits that do little more than settle and arm: the most usual ones, which a store may write in a shorter way.
namespace quipu::contract {

TEMPLATE_TEST_CASE("what a commit settles leaves nothing behind, whatever it had armed",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto timed = waiting("a.0");
  timed.due_ms = first_ms + 100;
  auto served = waiting("b.0");
  served.backlog = "work";
  const auto bare = waiting("c.0");
  const std::vector<obligation_row> all{timed, served, bare};
  first.first.obligations = all;
  REQUIRE(store.call.start(first).ok());
  const auto settles = [&](names which) {
    auto what = job.then();
    what.what.settled = std::move(which);
    REQUIRE(store.call.apply(what).ok());
    REQUIRE(without_their_likes(audited(store.call)) == names{});
  };
  const bool one_by_one = GENERATE(true, false);
  if (one_by_one)
    for (const auto& each : all) settles({each.name});
  else
    settles({"c.0", "a.0", "b.0"});
  REQUIRE(store.call.read("o-1")->obligations.empty());
  REQUIRE(store.call.due(first_ms + 100).count == 0);
  REQUIRE(store.call.serve("work") == 0);
}

TEMPLATE_TEST_CASE("a wait for a signal that is settled with nothing else is late", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto wait = waiting("h.0");
  wait.waits = {"board"};
  first.first.obligations = {wait, waiting("a.0")};
  REQUIRE(store.call.start(first).ok());
  auto what = job.then();
  what.what.settled = {"a.0"};
  REQUIRE(store.call.apply(what).ok());
  what = job.then();
  what.what.settled = {"h.0"};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE_FAULT(store.call.send(knock({"board"})), fault::not_found);
  REQUIRE(without_their_likes(audited(store.call)) == names{});
}

TEMPLATE_TEST_CASE("a job that owed nothing owes what a commit arms", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  auto what = job.then();
  what.what.obligations = {waiting("a.0")};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.read("o-1")->obligations == std::vector{waiting("a.0")});
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0", "m2")), fault::conflict);
}

TEMPLATE_TEST_CASE("every commit tells the mail that has come", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0"), waiting("b.0")};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  const auto tells = [&](commit what) {
    const auto told = store.call.apply(std::move(what));
    REQUIRE(told.ok());
    REQUIRE(told->owned);
    REQUIRE(ids_of(told->mail) == names{"m1"});
  };
  tells(job.then());
  auto what = job.then();
  what.what.settled = {"b.0"};
  tells(what);
  what = job.then();
  what.what.obligations = {waiting("c.0")};
  tells(what);
  what = job.then();
  what.what.settled = {"a.0"}; // it has been answered, and that is not taken up
  what.what.obligations = {waiting("a.0")};
  tells(what);
  REQUIRE(store.call.send(answer("o-1", "a.0", "m2")).ok());
  REQUIRE(store.call.apply(job.finish()).ok());
  REQUIRE(store.call.read("o-1")->mail.empty());
  REQUIRE(without_their_likes(audited(store.call)) == names{});
}

TEMPLATE_TEST_CASE("a commit may settle, arm and unset any number of rows", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  const std::size_t count = GENERATE(0, 1, 255, 256, 1500);
  std::vector<obligation_row> rows;
  names all;
  auto first = job.begin();
  for (std::size_t each = 0; each < count; ++each) {
    rows.push_back(waiting(std::to_string(each) + ".0"));
    all.push_back(rows.back().name);
    first.first.set.push_back({"f" + std::to_string(each), "bytes"});
  }
  REQUIRE(store.call.start(first).ok());
  auto what = job.then();
  what.what.obligations = rows;
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.read("o-1")->obligations.size() == count);
  what = job.then();
  what.what.settled = all;
  for (const auto& each : first.first.set) what.what.unset.push_back(each.name);
  what.what.set = {{"last", "bytes"}};
  REQUIRE(store.call.apply(what).ok());
  const auto seen = *store.call.read("o-1");
  REQUIRE(seen.obligations.empty());
  REQUIRE(seen.fields.size() == 1);
}

TEMPLATE_TEST_CASE("an end settles what it does not name", "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto timed = waiting("a.0");
  timed.due_ms = first_ms + 100;
  first.first.obligations = {timed, waiting("b.0"), waiting("c.0")};
  REQUIRE(store.call.start(first).ok());
  auto what = job.finish(first_ms + 9'000);
  what.what.settled = {"b.0"};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.read("o-1")->obligations.empty());
  REQUIRE(without_their_likes(audited(store.call)) == names{});
  REQUIRE(store.call.due(first_ms + 100).count == 0);
}

} // namespace quipu::contract
