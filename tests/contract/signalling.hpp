#pragma once

#include "tests/contract/caller.hpp"

namespace quipu::contract {

/// Starts a job that waits at `boards` as "NAME.0".
inline birth waiter(follower& job, names boards, bool returns = false, std::string hook = "h") {
  auto what = job.begin();
  auto row = waiting(hook + ".0");
  row.waits = std::move(boards);
  row.returns = returns;
  what.first.obligations = {row};
  what.first.gives_back = true;
  return what;
}

TEMPLATE_TEST_CASE("a signal answers the wait that began first, the others go on waiting",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (const auto* id : {"b", "a"}) {
    follower job{id};
    REQUIRE(store.call.start(waiter(job, {"x"})).ok());
  }
  REQUIRE(*store.call.send(knock({"none", "x"}, "s1")) == signalled::answered);
  REQUIRE(store.call.read("b")->mail == std::vector<mail>{{"s1", "signal", "h.0", "payload"}});
  REQUIRE(store.call.read("a")->mail.empty());
  REQUIRE(*store.call.send(knock({"x"}, "s2")) == signalled::answered);
  REQUIRE(ids_of(store.call.read("a")->mail) == names{"s2"});
  REQUIRE(in_order<TestType>(names_of(*store.call.claim(ada))) == in_order<TestType>({"b", "a"}));
}

TEMPLATE_TEST_CASE("of waits on several boards the one that began first is answered", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower a{"a"};
  follower b{"b"};
  REQUIRE(store.call.start(waiter(b, {"x"})).ok());
  REQUIRE(store.call.start(waiter(a, {"y"})).ok());
  REQUIRE(*store.call.send(knock({"y", "x"})) == signalled::answered);
  REQUIRE(store.call.read("b")->mail.size() == 1);
}

TEMPLATE_TEST_CASE("a signal to all answers everybody who waits and is never kept", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto to_all = knock({"x", "y"});
  to_all.all = true;
  const auto before = store.dump();
  REQUIRE(*store.call.send(to_all) == signalled::early);
  REQUIRE(store.dump() == before);
  for (const auto* id : {"a", "b", "c"}) {
    follower job{id};
    REQUIRE(store.call.start(waiter(job, {*id == 'b' ? "y" : "x"})).ok());
  }
  follower sender{"sender"};
  REQUIRE(store.call.start(sender.begin()).ok());
  auto what = sender.then();
  what.what.signals = {to_all};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(in_order<TestType>(names_of(*store.call.claim(ada))) == names{"a", "b", "c"});
  for (const auto* id : {"a", "b", "c"}) {
    const auto inbox = store.call.read(id)->mail;
    REQUIRE(inbox.size() == 1);
    REQUIRE(inbox[0].obligation == "h.0");
  }
}

TEMPLATE_TEST_CASE("a signal before its wait is kept and is in the receipt of the commit that arms",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(*store.call.send(knock({"x", "y"}, "s1")) == signalled::early);
  follower job{"o-1"};
  const auto told = *store.call.start(waiter(job, {"y"}));
  REQUIRE(told.owned); // there is mail
  REQUIRE(told.mail == std::vector<mail>{{"s1", "signal", "h.0", "payload"}});
  REQUIRE_FAULT(store.call.send(answer("o-1", "h.0")), fault::conflict);
  follower other{"o-2"};
  REQUIRE(store.call.start(waiter(other, {"x"}))->mail.empty()); // given once
}

TEMPLATE_TEST_CASE("one early signal is kept: an equal one changes nothing, another replaces it",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(*store.call.send(knock({"x"}, "s1")) == signalled::early);
  const auto before = store.dump();
  REQUIRE(*store.call.send(knock({"x"}, "s2")) == signalled::early);
  REQUIRE(store.dump() == before);
  auto other = knock({"x"}, "s3");
  other.what.body = "another";
  REQUIRE(*store.call.send(other) == signalled::early);
  follower job{"o-1"};
  REQUIRE(ids_of(store.call.start(waiter(job, {"x"}))->mail) == names{"s3"});
}

TEMPLATE_TEST_CASE("an early signal is forgotten when its time has passed", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto soon = knock({"x", "y"});
  soon.keep_until_ms = first_ms + 50;
  REQUIRE(*store.call.send(soon) == signalled::early);
  REQUIRE(store.call.due(first_ms + 49).next_due_ms == first_ms + 50);
  follower job{"o-1"};
  SECTION("swept") {
    REQUIRE(store.call.due(first_ms + 50).count == 1);
    REQUIRE(store.rows().empty());
  }
  SECTION("not yet swept") { store.pass(50); }
  REQUIRE(store.call.start(waiter(job, {"x"}))->mail.empty());
}

TEMPLATE_TEST_CASE("a signal for a wait that is settled for good is late", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(waiter(job, {"x"})).ok());
  REQUIRE(*store.call.send(knock({"x"}, "s1")) == signalled::answered);
  const auto before = store.dump();
  REQUIRE_FAULT(store.call.send(knock({"x"}, "s2")), fault::not_found);
  REQUIRE(store.dump() == before);
  REQUIRE(store.call.claim(ada)->size() == 1);
  REQUIRE(store.call.apply(job.finish(first_ms + 1000)).ok());
  REQUIRE_FAULT(store.call.send(knock({"x"}, "s3")), fault::not_found);
  REQUIRE(store.call.due(first_ms + 1000).count == 1);
  REQUIRE(*store.call.send(knock({"x"}, "s4")) == signalled::early);
}

TEMPLATE_TEST_CASE("a hook that returns takes signals early between its waits, and late when the "
                   "job has ended",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(waiter(job, {"x"}, true)).ok());
  REQUIRE(*store.call.send(knock({"x"}, "s1")) == signalled::answered);
  REQUIRE(*store.call.send(knock({"x"}, "s2")) == signalled::early);
  REQUIRE(store.call.claim(ada)->size() == 1);
  auto what = job.then({"s1"});
  what.what.settled = {"h.0"};
  what.what.obligations = {waiting("h.1")};
  what.what.obligations[0].waits = {"x"};
  what.what.obligations[0].returns = true;
  REQUIRE(ids_of(store.call.apply(what)->mail) == names{"s2"});
  REQUIRE(store.call.apply(job.finish()).ok());
  REQUIRE_FAULT(store.call.send(knock({"x"}, "s3")), fault::not_found);
}

TEMPLATE_TEST_CASE("lateness is remembered of the last wait of a hook, older values are early",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(waiter(job, {"x1"})).ok());
  REQUIRE(store.call.seize("o-1", ada).ok());
  auto what = job.then();
  what.what.settled = {"h.0"};
  what.what.obligations = {waiting("h.1")};
  what.what.obligations[0].waits = {"x2"};
  REQUIRE(store.call.apply(what).ok());
  what = job.then();
  what.what.settled = {"h.1"};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(*store.call.send(knock({"x1"})) == signalled::early);
  REQUIRE_FAULT(store.call.send(knock({"x2"})), fault::not_found);
}

TEMPLATE_TEST_CASE("a late value that another job waits for is answered", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower a{"a"};
  REQUIRE(store.call.start(waiter(a, {"x"})).ok());
  REQUIRE(*store.call.send(knock({"x"}, "s1")) == signalled::answered);
  follower b{"b"};
  REQUIRE(store.call.start(waiter(b, {"x"})).ok());
  REQUIRE(*store.call.send(knock({"x"}, "s2")) == signalled::answered);
  REQUIRE(ids_of(store.call.read("b")->mail) == names{"s2"});
}

TEMPLATE_TEST_CASE("a signal with an id is taken once within the hour", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(waiter(job, {"x"}, true)).ok());
  REQUIRE(*store.call.send(knock({"x"}, "s1", "once")) == signalled::answered);
  const auto before = store.dump();
  REQUIRE(*store.call.send(knock({"x"}, "s2", "once")) == signalled::repeated);
  REQUIRE(store.dump() == before);
  REQUIRE(*store.call.send(knock({"y"}, "s3", "early")) == signalled::early);
  REQUIRE(*store.call.send(knock({"y"}, "s4", "early")) == signalled::repeated);
  store.pass(3'600'000);
  store.call.due(store.now());
  REQUIRE(*store.call.send(knock({"x"}, "s5", "once")) == signalled::early);
}

TEMPLATE_TEST_CASE("a signal that keeps its wait open does so early, too", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto progress = knock({"x"}, "s1");
  progress.keeps_open = true;
  REQUIRE(*store.call.send(progress) == signalled::early);
  follower job{"o-1"};
  REQUIRE(store.call.start(waiter(job, {"x"}))->mail.size() == 1);
  REQUIRE(store.call.read("o-1")->obligations.size() == 1);
  progress.what.id = "s2";
  REQUIRE(*store.call.send(progress) == signalled::answered);
  REQUIRE(*store.call.send(knock({"x"}, "s3")) == signalled::answered);
  REQUIRE(ids_of(store.call.read("o-1")->mail) == names{"s1", "s2", "s3"});
}

} // namespace quipu::contract
