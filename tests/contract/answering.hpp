#pragma once

#include "collation/pack.hpp"
#include "tests/contract/audited.hpp"

namespace quipu::contract {

TEMPLATE_TEST_CASE("an obligation is answered once, and the same mail twice changes nothing",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0")};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  const auto before = store.dump();
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  REQUIRE(store.dump() == before);
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0", "m2")), fault::conflict);
  REQUIRE_FAULT(store.call.send(answer("o-1", "b.0", "m2")), fault::not_found);
  REQUIRE_FAULT(store.call.send(answer("o-2", "a.0", "m2")), fault::not_found);
  REQUIRE(store.dump() == before);
  const auto seen = *store.call.read("o-1");
  REQUIRE(seen.obligations == std::vector{waiting("a.0")}); // until it is settled
  REQUIRE(seen.mail == std::vector<mail>{{"m1", "complete", "a.0", "data"}});

  auto what = job.then({"m1"});
  what.what.settled = {"a.0"};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok()); // within the hour
  REQUIRE(store.call.read("o-1")->mail.empty());
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0", "m3")), fault::not_found);
}

TEMPLATE_TEST_CASE("a call that is out is answered by its owner alone", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto first = follower{"o-1"}.begin();
  first.first.obligations = {waiting("a.0")};
  first.first.obligations[0].answerable = false;
  REQUIRE(store.call.start(first).ok());
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0")), fault::not_found);
  REQUIRE(store.call.read("o-1")->obligations == first.first.obligations);
}

TEMPLATE_TEST_CASE("an answer that keeps an obligation open leaves it as it was", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto first = follower{"o-1"}.begin();
  first.first.obligations = {waiting("a.0")};
  first.first.obligations[0].due_ms = first_ms + 100;
  REQUIRE(store.call.start(first).ok());
  auto progress = answer("o-1", "a.0", "m1");
  progress.keeps_open = true;
  REQUIRE(store.call.send(progress).ok());
  progress.what.id = "m2";
  REQUIRE(store.call.send(progress).ok());
  REQUIRE(store.call.read("o-1")->obligations == first.first.obligations);
  REQUIRE(store.call.send(answer("o-1", "a.0", "m3")).ok());
  REQUIRE(ids_of(store.call.read("o-1")->mail) == names{"m1", "m2", "m3"});
  REQUIRE(store.call.due(first_ms + 100).count == 0);
}

TEMPLATE_TEST_CASE("a standing obligation is answered again and again until it is settled",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto row = waiting("a.0");
  row.standing = true;
  row.waits = {"board"};
  first.first.obligations = {row};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  REQUIRE(*store.call.send(knock({"board"}, "m2")) == signalled::answered);
  REQUIRE(*store.call.send(knock({"board"}, "m3")) == signalled::answered);
  REQUIRE(ids_of(store.call.read("o-1")->mail) == names{"m1", "m2", "m3"});
  REQUIRE(store.call.read("o-1")->obligations == std::vector{row});
  auto what = job.then({"m1", "m2", "m3"});
  what.what.settled = {"a.0"};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE_FAULT(store.call.send(knock({"board"}, "m4")), fault::not_found);
}

TEMPLATE_TEST_CASE("setting an obligation replaces what the row of that name had armed",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto row = waiting("a.0");
  row.due_ms = first_ms + 100;
  row.waits = {"board"};
  row.backlog = "work";
  first.first.obligations = {row};
  REQUIRE(store.call.start(first).ok());
  auto what = job.then();
  what.what.obligations = {waiting("a.0")};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.due(first_ms + 100).count == 0);
  REQUIRE(store.call.serve("work") == 0);
  REQUIRE(*store.call.send(knock({"board"})) == signalled::early);
  REQUIRE(store.call.send(answer("o-1", "a.0")).ok());
  what = job.then();
  what.what.obligations = {waiting("a.0")}; // answered, and open again
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m2")).ok());
}

TEMPLATE_TEST_CASE("timers fire when they are due, in the order of due and then of arming",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  const std::vector<std::pair<std::string, std::int64_t>> armed{
      {"late.0", 300}, {"z.0", 200}, {"a.0", 200}, {"soon.0", 100}};
  for (const auto& [name, after] : armed) {
    first.first.obligations.push_back(waiting(name));
    first.first.obligations.back().due_ms = first_ms + after;
  }
  REQUIRE(store.call.start(first).ok());
  auto done = store.call.due(first_ms + 99);
  REQUIRE(done.count == 0);
  REQUIRE(done.next_due_ms == first_ms + 100);
  done = store.call.due(first_ms + 300, 3);
  REQUIRE(done.count == 3);
  REQUIRE(done.next_due_ms == first_ms + 300);
  done = store.call.due(first_ms + 300, 3);
  REQUIRE(done.count == 1);
  REQUIRE_FALSE(done.next_due_ms);
  names fired;
  names ids;
  const auto armed_for = [&](const std::string& name) {
    return std::ranges::find(armed, name, [](const auto& each) { return each.first; })->second;
  };
  const auto seen = *store.call.read("o-1");
  for (const auto& got : seen.mail) {
    REQUIRE(got.kind == "timer");
    REQUIRE(first_ms + armed_for(got.obligation) == unpack(got.body).template get<std::int64_t>());
    fired.push_back(got.obligation);
    ids.push_back(got.id);
  }
  REQUIRE(fired == names{"soon.0", "z.0", "a.0", "late.0"});
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0")), fault::conflict);
  REQUIRE(store.call.apply(job.then(ids)).ok());
}

TEMPLATE_TEST_CASE("of timer, signal and answer exactly one wins", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto first = follower{"o-1"}.begin();
  auto row = waiting("a.0");
  row.due_ms = first_ms + 100;
  row.waits = {"b1", "b2"};
  row.returns = true;
  first.first.obligations = {row};
  REQUIRE(store.call.start(first).ok());
  SECTION("the timer") { REQUIRE(store.call.due(first_ms + 100).count == 1); }
  SECTION("the signal") { REQUIRE(*store.call.send(knock({"b2"})) == signalled::answered); }
  SECTION("the answer") { REQUIRE(store.call.send(answer("o-1", "a.0")).ok()); }
  REQUIRE(store.call.due(first_ms + 200).count == 0);
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0", "m2")), fault::conflict);
  REQUIRE(*store.call.send(knock({"b1"}, "s2")) == signalled::early);
  REQUIRE(store.call.read("o-1")->mail.size() == 1);
}

TEMPLATE_TEST_CASE("a standing obligation's timer fires once and leaves it open", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto first = follower{"o-1"}.begin();
  auto row = waiting("a.0");
  row.due_ms = first_ms + 100;
  row.standing = true;
  first.first.obligations = {row};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.due(first_ms + 100).count == 1);
  REQUIRE(store.call.due(first_ms + 100).count == 0);
  REQUIRE(store.call.read("o-1")->obligations == std::vector{row});
}

TEMPLATE_TEST_CASE("a standing obligation lays no claim to what has fired and been served",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto first = follower{"o-1"}.begin();
  auto row = waiting("a.0");
  row.due_ms = first_ms + 100;
  row.backlog = "work";
  row.standing = true;
  first.first.obligations = {row};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.due(first_ms + 100).count == 1);
  REQUIRE(without_their_likes(audited(store.call)) == names{});
  REQUIRE(store.call.serve("work") == 1);
  REQUIRE(without_their_likes(audited(store.call)) == names{});
  REQUIRE(store.call.serve("work") == 0);
  REQUIRE(store.call.read("o-1")->obligations == std::vector{row});
}

TEMPLATE_TEST_CASE("the same timer armed again sends mail of its own", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto row = waiting("a.0");
  row.due_ms = first_ms;
  first.first.obligations = {row};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.due(first_ms).count == 1);
  const auto one = store.call.read("o-1")->mail;
  auto what = job.then({one[0].id});
  what.what.obligations = {row};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.due(first_ms).count == 1);
  const auto two = store.call.read("o-1")->mail;
  REQUIRE(two.size() == 1);
  REQUIRE(two[0].id != one[0].id);
}

TEMPLATE_TEST_CASE("calls without a worker are told in order when one comes", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (const auto* id : {"b", "a", "c"}) {
    auto what = follower{id}.begin();
    what.first.obligations = {waiting("w.0")};
    what.first.obligations[0].answerable = false;
    what.first.obligations[0].backlog = "work.x";
    what.first.gives_back = true;
    REQUIRE(store.call.start(what).ok());
  }
  REQUIRE(store.call.serve("work.y") == 0);
  REQUIRE(store.call.serve("work.x", 2) == 2);
  const auto got = *store.call.claim(ada);
  REQUIRE(got.size() == 2);
  if constexpr (!in_parts<TestType>) REQUIRE(names_of(got) == names{"b", "a"});
  REQUIRE(got[0].mail[0].kind == "served");
  REQUIRE(got[0].mail[0].obligation == "w.0");
  REQUIRE(store.call.serve("work.x", 2) == 1);
  REQUIRE(store.call.serve("work.x", 2) == 0);
}

} // namespace quipu::contract
