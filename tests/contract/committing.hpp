#pragma once

#include "collation/partition.hpp"
#include "tests/contract/caller.hpp"

namespace quipu::contract {

TEMPLATE_TEST_CASE("a commit writes everything it decided", "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.set = {{"a", "1"}, {"b", "2"}};
  first.first.obligations = {waiting("x.0"), waiting("y.0")};
  REQUIRE(store.call.start(first).ok());

  auto what = job.then();
  what.what.records.push_back("another");
  what.what.makes = job.at = chain("another", job.at);
  what.what.set = {{"a", "3"}, {"c", std::string(5000, 'c')}};
  what.what.unset = {"b"};
  what.what.settled = {"x.0"};
  what.what.obligations = {waiting("z.0")};
  const auto told = store.call.apply(what);
  REQUIRE(told.ok());
  REQUIRE(told->owned);
  REQUIRE_FALSE(told->repeated);
  const auto seen = *store.call.read("o-1");
  REQUIRE(seen.fields == std::vector<field>{{"a", "3"}, {"c", std::string(5000, 'c')}});
  REQUIRE(seen.obligations == std::vector{waiting("y.0"), waiting("z.0")});
  REQUIRE(seen.records == 3);
  REQUIRE(seen.at == job.at);
  const auto page = *store.call.history("o-1");
  REQUIRE(page.records == names{"o-1 record 1", "o-1 record 2", "another"});
}

TEMPLATE_TEST_CASE("the same commit twice is applied once and tells the mail again", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0"), waiting("b.0")};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  REQUIRE(store.call.send(answer("o-1", "b.0", "m2")).ok());
  auto what = job.then({"m1"});
  what.what.settled = {"a.0"};
  const auto told = store.call.apply(what);
  REQUIRE(ids_of(told->mail) == names{"m2"});
  const auto before = store.dump();
  const auto again = store.call.apply(what);
  REQUIRE(again.ok());
  REQUIRE(again->repeated);
  REQUIRE(again->owned);
  REQUIRE(again->mail == told->mail);
  REQUIRE(store.dump() == before);
}

TEMPLATE_TEST_CASE("a refused commit alters nothing", "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.call.renew(bob).ok());
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  REQUIRE(store.call.start(follower{"other"}.begin()).ok());
  REQUIRE(store.call.send(answer("o-1", "", "m1")).ok());
  const auto before = store.dump();

  const auto full = [&] {
    auto what = follower{job}.then({"m1"});
    what.what.set = {{"a", "b"}};
    what.what.obligations = {waiting("a.0")};
    what.what.obligations[0].due_ms = first_ms + 1;
    what.what.obligations[0].waits = {"board"};
    what.what.children = {follower{"c-1"}.begin(), follower{"c-2"}.begin()};
    what.what.publications = {{"orders", "t", "o-1", "p"}};
    what.what.posts = {answer("other", "", "m9")};
    return what;
  };
  auto what = full();
  SECTION("another owner") { what.owner = bob; }
  SECTION("no owner") { what.owner = nobody; }
  SECTION("another head") { what.stands_on[0] ^= 1; }
  SECTION("mail that is not there") { what.consumed.push_back("m2"); }
  SECTION("no such job") { what.job = "nobody"; }
  REQUIRE_FAULT(store.call.apply(what), fault::stale);
  REQUIRE(store.dump() == before);
}

TEMPLATE_TEST_CASE("a job at rest has no owner whose commit would count", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1", nobody};
  REQUIRE(store.call.start(job.begin()).ok());
  REQUIRE_FAULT(store.call.apply(job.then()), fault::stale);
}

TEMPLATE_TEST_CASE("a child whose id is taken refuses the commit by its name", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  REQUIRE(store.call.start(follower{"c-2"}.begin()).ok());
  const auto before = store.dump();
  auto what = job.then();
  SECTION("by a job") {
    what.what.children = {follower{"c-1"}.begin(), follower{"c-2"}.begin()};
    REQUIRE(store.call.apply(what).error() == failure{fault::taken, "c-2"});
  }
  SECTION("by the job itself") {
    what.what.children = {follower{"o-1"}.begin()};
    REQUIRE(store.call.apply(what).error() == failure{fault::taken, "o-1"});
  }
  SECTION("by its sister") {
    what.what.children = {follower{"c-1"}.begin(), follower{"c-1"}.begin()};
    REQUIRE(store.call.apply(what).error() == failure{fault::taken, "c-1"});
  }
  SECTION("by a job, below a child") {
    what.what.children = {follower{"c-1"}.begin()};
    what.what.children[0].first.children = {follower{"c-2"}.begin()};
    REQUIRE(store.call.apply(what).error() == failure{fault::taken, "c-2"});
  }
  SECTION("by a child of its sister") {
    what.what.children = {follower{"c-1"}.begin(), follower{"c-3"}.begin()};
    what.what.children[0].first.children = {follower{"c-3"}.begin()};
    REQUIRE(store.call.apply(what).error() == failure{fault::taken, "c-3"});
  }
  REQUIRE(store.dump() == before);
}

TEMPLATE_TEST_CASE("children come to be with the commit, with its owner or ready", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  auto what = job.then();
  auto mine = follower{"c-1", ada}.begin();
  mine.parent = "o-1";
  auto free = follower{"c-2", nobody}.begin();
  free.parent = "o-1";
  free.version = "not active";
  what.what.children = {mine, free};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE(store.call.read("c-1")->owner == ada);
  REQUIRE(store.call.read("c-1")->parent == "o-1");
  REQUIRE(names_of(*store.call.claim(ada)) == names{"c-2"});
}

TEMPLATE_TEST_CASE("a child's last commit posts its end to the parent", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower parent{"p", ada};
  auto first = parent.begin();
  first.first.obligations = {waiting("await.0")};
  first.first.gives_back = true;
  REQUIRE(store.call.start(first).ok());
  follower child{"c", ada};
  REQUIRE(store.call.start(child.begin()).ok());
  auto last = child.finish();
  last.what.posts = {{"p", {"end of c", "child", "await.0", "data"}, false},
                     {"p", {"other", "child", "unknown.0", ""}, false},
                     {"nobody", {"x", "child", "", ""}, false}};
  REQUIRE_FALSE(store.call.apply(last)->owned);
  const auto claimed = *store.call.claim(ada);
  REQUIRE(names_of(claimed) == names{"p"});
  REQUIRE(ids_of(claimed[0].mail) == names{"end of c"});
  REQUIRE(claimed[0].obligations == std::vector{waiting("await.0")});
}

TEMPLATE_TEST_CASE("an ended job is nobody's and takes no more commits", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0")};
  REQUIRE(store.call.start(first).ok());
  const auto last = job.finish();
  const auto told = *store.call.apply(last);
  REQUIRE_FALSE(told.owned);
  const auto seen = *store.call.read("o-1");
  REQUIRE(seen.state == "completed");
  REQUIRE(seen.ended_ms == first_ms + 5);
  REQUIRE(seen.owner == nobody);
  REQUIRE(seen.obligations.empty());
  REQUIRE(store.call.apply(last)->repeated);
  REQUIRE_FAULT(store.call.apply(job.then()), fault::stale);
  REQUIRE_FAULT(store.call.send(answer("o-1", "a.0")), fault::conflict);
  REQUIRE_FAULT(store.call.seize("o-1", ada), fault::conflict);
}

TEMPLATE_TEST_CASE("a commit that leaves nothing to its owner gives the job back, unless there is "
                   "mail",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0"), waiting("b.0")};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m1")).ok());
  auto what = job.then();
  what.what.gives_back = true;
  const auto kept = *store.call.apply(what);
  REQUIRE(kept.owned);
  REQUIRE(ids_of(kept.mail) == names{"m1"});
  what = job.then({"m1"});
  what.what.settled = {"a.0"};
  what.what.gives_back = true;
  REQUIRE_FALSE(store.call.apply(what)->owned);
  REQUIRE(store.call.pop(ada).empty());
  REQUIRE(store.call.read("o-1")->owner == nobody);
  REQUIRE(store.call.send(answer("o-1", "b.0", "m2")).ok());
  REQUIRE(names_of(*store.call.claim(ada)) == names{"o-1"});
}

TEMPLATE_TEST_CASE("what is published makes room when it is old, and 64 MiB of it are kept",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  // Where there are partitions, in the one that keeps what is published.
  follower job{"o-1"};
  for (int each = 2; partition_of(job.id, 8) != 0; ++each) job.id = "o-" + std::to_string(each);
  REQUIRE(store.call.start(job.begin()).ok());
  const auto publish = [&](int count) {
    for (int each = 0; each < count; ++each) {
      auto what = job.then();
      what.what.publications = {{"orders", "t", job.id, std::string(1 << 20, 'x')}};
      REQUIRE(store.call.apply(what).ok());
    }
  };
  const auto kept = [&] { return store.call.published({}, 1'000)->size(); };
  publish(40);
  REQUIRE(kept() == 40);
  store.pass(3'600'001);
  REQUIRE(store.call.renew(bob).ok()); // the time is known
  store.call.due(store.now());
  REQUIRE(kept() == 0);
  publish(40);
  REQUIRE(kept() == 40);
  publish(40);
  REQUIRE(kept() == 63); // each is a little more than its body
}

TEMPLATE_TEST_CASE("what is published is read in order, by id, for an hour", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  first.first.publications = {{"orders", "t1", "o-1", "one"}, {"orders", "t2", "o-1", "two"}};
  REQUIRE(store.call.start(first).ok());
  store.pass(1'000'000);
  REQUIRE(store.call.renew(bob).ok());
  auto what = job.then();
  what.what.publications = {{"orders", "t3", "o-1", "three"}};
  REQUIRE(store.call.apply(what).ok());
  const auto all = *store.call.published();
  REQUIRE(all.size() == 3);
  REQUIRE(all[0].what.topic == "t1");
  REQUIRE(all[1].what.body == "two");
  REQUIRE(all[2].at_ms == first_ms + 1'000'000);
  REQUIRE(all[0].id < all[1].id);
  const auto behind = *store.call.published(all[0].id, 1);
  REQUIRE(behind.size() == 1);
  REQUIRE(behind[0].id == all[1].id);
  REQUIRE_FAULT(store.call.published("x"), fault::bad_request);
  store.pass(2'700'000);
  store.call.due(store.now());
  REQUIRE(store.call.published()->size() == 1);
}

} // namespace quipu::contract
