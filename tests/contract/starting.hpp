#pragma once

#include "tests/contract/audited.hpp"

namespace quipu::contract {

TEMPLATE_TEST_CASE("a started job is read as it was written", "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto what = job.begin();
  what.parent = "";
  what.first.set = {{"key", "896"}, {"data", "D"}};
  what.first.obligations = {waiting("b.0"), waiting("a.0")};
  const auto told = store.call.start(what);
  REQUIRE(told.ok());
  REQUIRE(told->owned);
  REQUIRE_FALSE(told->repeated);
  REQUIRE(told->mail.empty());

  const auto seen = *store.call.read("o-1");
  REQUIRE(seen.job == "o-1");
  REQUIRE(seen.gid == "gid of o-1");
  REQUIRE(seen.app == "orders");
  REQUIRE(seen.version == "1");
  REQUIRE(seen.topic == "order.placed");
  REQUIRE(seen.state == "running");
  REQUIRE(seen.created_ms == first_ms);
  REQUIRE(seen.ended_ms == 0);
  REQUIRE(seen.owner == ada);
  REQUIRE(seen.at == job.at);
  REQUIRE(seen.records == 1);
  REQUIRE(seen.fields == std::vector<field>{{"data", "D"}, {"key", "896"}});
  REQUIRE(seen.obligations == std::vector{waiting("a.0"), waiting("b.0")});
  REQUIRE(store.call.history("o-1")->records == names{"o-1 record 1"});
}

TEMPLATE_TEST_CASE("a repeated start is known by its gid and is no duplicate", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  const auto what = job.begin();
  REQUIRE(store.call.start(what).ok());
  REQUIRE(store.call.send(answer("o-1", "", "m")).ok());
  const auto before = store.dump();
  const auto again = store.call.start(what);
  REQUIRE(again.ok());
  REQUIRE(again->repeated);
  REQUIRE(again->owned);
  REQUIRE(ids_of(again->mail) == names{"m"});
  REQUIRE(store.dump() == before);
}

TEMPLATE_TEST_CASE("an id that is taken refuses the start and names the first", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto what = job.begin();
  REQUIRE(store.call.start(what).ok());
  const auto before = store.dump();
  what.gid = "another";
  const auto refused = store.call.start(what);
  REQUIRE_FALSE(refused.ok());
  REQUIRE(refused.error() == failure{fault::conflict, "o-1"});
  REQUIRE(store.dump() == before);
}

TEMPLATE_TEST_CASE("a start is refused for a version that is not active, unless a parent awaits it",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.call.deploy(version("2")).ok());
  follower job{"o-1"};
  auto what = job.begin();
  what.version = "2";
  const auto before = store.dump();
  REQUIRE_FAULT(store.call.start(what), fault::stale);
  what.app = "unknown";
  REQUIRE_FAULT(store.call.start(what), fault::stale);
  REQUIRE(store.dump() == before);
  what.app = "orders";
  what.parent = "p";
  REQUIRE(store.call.start(what).ok());
}

TEMPLATE_TEST_CASE("a start by a token without a valid lease is fenced", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1", bob};
  const auto before = store.dump();
  REQUIRE_FAULT(store.call.start(job.begin()), fault::fenced);
  follower late{"o-2", ada};
  store.pass(10'000);
  REQUIRE_FAULT(store.call.start(late.begin()), fault::fenced);
  REQUIRE(store.dump() == before);
}

TEMPLATE_TEST_CASE("a start without an owner stands in the ready queue", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (const auto* id : {"b", "a", "c"}) {
    const auto told = store.call.start(follower{id, nobody}.begin());
    REQUIRE(told.ok());
    REQUIRE_FALSE(told->owned);
  }
  auto got = names_of(*store.call.claim(ada, 2));
  REQUIRE(got.size() == 2);
  for (const auto& id : names_of(*store.call.claim(ada, 2))) got.push_back(id);
  REQUIRE(in_order<TestType>(got) == in_order<TestType>({"b", "a", "c"}));
  REQUIRE(store.call.claim(ada)->empty());
  REQUIRE(store.call.read("b")->owner == ada);
}

TEMPLATE_TEST_CASE("a job that ends with its start is nobody's to take", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (const auto& [id, owner] : {std::pair{"o-1", nobody}, std::pair{"o-2", ada}}) {
    auto what = follower{id, owner}.begin();
    what.first.ended = end_mark{"completed", first_ms, {}};
    REQUIRE(store.call.start(what).ok());
    REQUIRE(store.call.read(id)->state == "completed");
  }
  REQUIRE(without_their_likes(audited(store.call)) == names{});
  REQUIRE(store.call.claim(ada)->empty());
}

TEMPLATE_TEST_CASE("a job that waits from its first commit on is at rest", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto what = job.begin();
  what.first.obligations = {waiting("a.0")};
  what.first.gives_back = true;
  REQUIRE_FALSE(store.call.start(what)->owned);
  REQUIRE(store.call.read("o-1")->owner == nobody);
  REQUIRE(store.call.claim(ada)->empty());
}

TEMPLATE_TEST_CASE("ids may hold any bytes and be long", "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  const names ids{std::string{"a\0b", 3},
                  std::string{"a\0", 2},
                  "a",
                  std::string(255, '\xff'),
                  std::string(600, 'x'),
                  std::string(600, 'x') + "y",
                  "\xc3\xa4\xe2\x82\xac",
                  " "};
  for (const auto& id : ids) {
    follower job{id};
    auto what = job.begin();
    what.first.obligations = {waiting(id + ".0")};
    what.first.obligations[0].waits = {id};
    what.first.set = {{id, id}};
    REQUIRE(store.call.start(what).ok());
  }
  for (const auto& id : ids) {
    const auto seen = *store.call.read(id);
    REQUIRE(seen.job == id);
    REQUIRE(seen.fields == std::vector<field>{{id, id}});
    REQUIRE(*store.call.send(knock({id}, id)) == signalled::answered);
    REQUIRE(ids_of(store.call.read(id)->mail) == names{id});
  }
  REQUIRE(store.call.jobs({})->rows.size() == ids.size());
}

} // namespace quipu::contract
