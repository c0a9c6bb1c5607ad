#pragma once

#include "collation/store_rules.hpp"
#include "tests/contract/caller.hpp"

namespace quipu::contract {

TEMPLATE_TEST_CASE("a lease is renewed while it holds and never after", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  store.pass(9'999);
  REQUIRE(store.call.renew(ada).ok());
  REQUIRE(store.call.leases().size() == 1);
  REQUIRE(store.call.leases()[0].owner == ada);
  REQUIRE(store.call.leases()[0].until_ms == first_ms + 19'999);
  REQUIRE(store.call.leases()[0].who == "here, 1");
  store.pass(10'000);
  REQUIRE_FAULT(store.call.renew(ada), fault::fenced);
  REQUIRE_FAULT(store.call.claim(ada), fault::fenced);
  REQUIRE_FAULT(store.call.seize("o-1", ada), fault::fenced);
  REQUIRE_FAULT(store.call.renew(nobody), fault::fenced);
}

TEMPLATE_TEST_CASE("a dead owner's jobs are taken only after its lease has lapsed", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.call.renew(bob, 60'000).ok());
  for (const auto* id : {"c", "b", "a"}) {
    auto what = follower{id}.begin();
    what.first.obligations = {waiting("x.0")};
    REQUIRE(store.call.start(what).ok());
  }
  REQUIRE(store.call.send(answer("b", "x.0", "m1")).ok());
  const auto before = store.dump();
  REQUIRE_FAULT(store.call.take(ada, bob), fault::conflict);
  REQUIRE_FAULT(store.call.take(ada, 12345), fault::fenced);
  REQUIRE(store.dump() == before);

  store.pass(10'000);
  auto got = *store.call.take(ada, bob, 2);
  REQUIRE(got.size() == 2);
  REQUIRE(store.call.leases().size() == 2);
  const auto rest = *store.call.take(ada, bob, 2);
  got.insert(got.end(), rest.begin(), rest.end());
  REQUIRE(in_order<TestType>(names_of(got)) == in_order<TestType>({"c", "b", "a"}));
  for (const auto& each : got) {
    REQUIRE(each.owner == bob);
    REQUIRE(each.obligations == std::vector{waiting("x.0")});
    REQUIRE(ids_of(each.mail) == (each.job == "b" ? names{"m1"} : names{}));
  }
  REQUIRE(store.call.leases().size() == 1);
  REQUIRE(store.call.take(ada, bob)->empty());
  REQUIRE(store.call.pop(ada).empty());
  REQUIRE_FAULT(store.call.renew(ada), fault::fenced);
}

TEMPLATE_TEST_CASE(
    "the lease of a dead owner is known for a day behind its last job, and then gone", "[contract]",
    QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  constexpr token eve = 0xe0ee0ee0ee0ee0e0;
  REQUIRE(store.call.renew(bob, 2 * store_rules::spent_ms).ok());
  const auto leases = [&] {
    auto all = store.dump();
    std::erase_if(all, [](const std::string& line) { return !line.starts_with("leases "); });
    return all;
  };
  const auto before = leases();
  REQUIRE(store.call.renew(eve).ok());
  REQUIRE(store.call.start(follower{"o-1", eve}.begin()).ok());
  store.pass(10'000);
  REQUIRE(store.call.take(eve, bob)->size() == 1);
  store.pass(store_rules::spent_ms - 1);
  store.call.due(store.now());
  REQUIRE_FAULT(store.call.renew(eve), fault::fenced);
  store.pass(1);
  store.call.due(store.now());
  REQUIRE(leases() == before);
}

TEMPLATE_TEST_CASE("the commits of an owner count until its job is taken, and never after",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.call.renew(bob, 60'000).ok());
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  store.pass(10'000);
  REQUIRE(store.call.apply(job.then()).ok());
  auto taken = *store.call.take(ada, bob);
  REQUIRE(taken.size() == 1);
  REQUIRE(taken[0].at == job.at);
  REQUIRE_FAULT(store.call.apply(follower{job}.then()), fault::stale);
  job.owner = bob;
  REQUIRE(store.call.apply(job.then())->owned);
}

TEMPLATE_TEST_CASE("an interrupt takes a job from whoever owns it", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.call.renew(bob).ok());
  follower job{"o-1"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0")};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0")).ok());
  const auto got = *store.call.seize("o-1", bob);
  REQUIRE(got.owner == bob);
  REQUIRE(ids_of(got.mail) == names{"m1"});
  REQUIRE(store.call.pop(ada).empty());
  REQUIRE_FAULT(store.call.apply(follower{job}.then()), fault::stale);
  REQUIRE_FAULT(store.call.seize("o-2", bob), fault::not_found);
  job.owner = bob;
  REQUIRE(store.call.apply(job.finish()).ok());
}

TEMPLATE_TEST_CASE("a job in the ready queue that was seized or has ended is dropped silently",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (const auto* id : {"a", "b", "c"})
    REQUIRE(store.call.start(follower{id, nobody}.begin()).ok());
  REQUIRE(store.call.seize("a", ada).ok());
  follower b{"b", nobody};
  (void)b.begin();
  REQUIRE(store.call.seize("b", ada).ok());
  b.owner = ada;
  REQUIRE(store.call.apply(b.finish()).ok());
  REQUIRE(names_of(*store.call.claim(ada)) == names{"c"});
}

TEMPLATE_TEST_CASE("mail for an owned job stands in its owner's queue once", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (const auto* id : {"a", "b", "c"}) REQUIRE(store.call.start(follower{id}.begin()).ok());
  for (const auto* id : {"c", "a", "c", "b"}) {
    static int number = 0;
    REQUIRE(store.call.send(answer(id, "", "m" + std::to_string(++number))).ok());
  }
  auto got = store.call.pop(ada, 2);
  REQUIRE(got.size() == 2);
  const auto rest = store.call.pop(ada);
  got.insert(got.end(), rest.begin(), rest.end());
  names ids;
  for (const auto& [id, inbox] : got) {
    ids.push_back(id);
    REQUIRE(inbox.size() == (id == "c" ? 2 : 1));
  }
  REQUIRE(in_order<TestType>(ids) == in_order<TestType>({"c", "a", "b"}));
  REQUIRE(store.call.pop(ada).empty());
  REQUIRE(store.call.pop(bob).empty());
  REQUIRE(store.call.read("c")->mail.size() == 2);
}

TEMPLATE_TEST_CASE("the bell names the queue that got something", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  std::mutex mutex;
  std::vector<token> rung;
  store.get().on_bell([&](token whose) {
    const std::lock_guard lock{mutex};
    rung.push_back(whose);
  });
  REQUIRE(store.call.start(follower{"a"}.begin()).ok());
  REQUIRE(store.call.send(answer("a", "")).ok());
  REQUIRE(store.call.start(follower{"b", nobody}.begin()).ok());
  REQUIRE(store.call.apps().size() == 1); // what was rung before is rung by now
  store.get().on_bell({});
  const std::lock_guard lock{mutex};
  REQUIRE(rung == std::vector<token>{ada, 0});
}

} // namespace quipu::contract
