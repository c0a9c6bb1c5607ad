#pragma once

#include "collation/store_rules.hpp"
#include "tests/contract/caller.hpp"

namespace quipu::contract {

TEMPLATE_TEST_CASE("jobs are listed running first, newest first, page by page", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  for (int i = 0; i < 7; ++i) {
    follower job{"j" + std::to_string(i)};
    auto what = job.begin();
    what.created_ms = first_ms + i / 2;
    what.topic = i % 2 ? "odd" : "even";
    REQUIRE(store.call.start(what).ok());
    if (i >= 2) continue;
    auto last = job.finish();
    last.what.ended->at_ms = first_ms + 10 + i;
    REQUIRE(store.call.apply(last).ok());
  }
  const auto all = [&](job_filter which) {
    names seen;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = *store.call.jobs(which);
      REQUIRE(page.rows.size() <= which.most);
      for (const auto& id : names_of(page.rows)) seen.push_back(id);
      if (page.next.empty()) return seen;
      which.after = page.next;
    }
    FAIL("the pages do not end");
    return seen;
  };
  for (std::size_t most : {1, 2, 3, 5, 100}) {
    REQUIRE(all({.most = most}) == names{"j6", "j5", "j4", "j3", "j2", "j1", "j0"});
    REQUIRE(all({.topic = "odd", .most = most}) == names{"j5", "j3", "j1"});
    REQUIRE(all({.state = "completed", .most = most}) == names{"j1", "j0"});
    REQUIRE(all({.topic = "even", .state = "running", .most = most}) == names{"j6", "j4", "j2"});
    REQUIRE(all({.app = "orders", .state = "failed", .most = most}) == names{});
    REQUIRE(all({.app = "bills", .most = most}) == names{});
    // Running jobs by their birth (2 and 3 at once, then 4 and 5, then 6), ended ones by their end.
    REQUIRE(all({.from_ms = first_ms + 2, .most = most}) == names{"j6", "j5", "j4", "j1", "j0"});
    REQUIRE(all({.before_ms = first_ms + 3, .most = most}) == names{"j5", "j4", "j3", "j2"});
    REQUIRE(all({.from_ms = first_ms + 2, .before_ms = first_ms + 11, .most = most}) ==
            names{"j6", "j5", "j4", "j0"});
  }
  REQUIRE(store.call.jobs({.most = 7})->next.empty());
  const auto row = store.call.jobs({.state = "completed", .most = 1})->rows[0];
  REQUIRE(row.job == "j1");
  REQUIRE(row.app == "orders");
  REQUIRE(row.version == "1");
  REQUIRE(row.topic == "odd");
  REQUIRE(row.created_ms == first_ms);
  REQUIRE(row.ended_ms == first_ms + 11);
  REQUIRE_FAULT(store.call.jobs({.after = "nonsense"}), fault::bad_request);
}

TEMPLATE_TEST_CASE("one call looks at so many jobs and no more", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  auto what = follower{"j0"}.begin();
  what.topic = "rare";
  for (std::size_t i = 0; i <= store_rules::jobs_a_look; ++i)
    what.first.children.push_back(follower{"child " + std::to_string(i)}.begin());
  REQUIRE(store.call.start(what).ok());
  auto page = *store.call.jobs({.topic = "rare"});
  REQUIRE_FALSE(page.next.empty());
  if constexpr (!in_parts<TestType>) REQUIRE(page.rows.empty());
  auto found = names_of(page.rows);
  for (int pages = 0; !page.next.empty(); ++pages) {
    REQUIRE(pages < (in_parts<TestType> ? 20 : 1));
    page = *store.call.jobs({.topic = "rare", .after = page.next});
    for (const auto& id : names_of(page.rows)) found.push_back(id);
  }
  REQUIRE(found == names{"j0"});
}

TEMPLATE_TEST_CASE("jobs are found by what they are indexed by, as long as they are there",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  const std::string lengthy(300, 'v');
  for (int i = 0; i < 6; ++i) {
    follower job{"j" + std::to_string(i)};
    auto what = job.begin();
    what.created_ms = first_ms + i;
    what.topic = i % 2 ? "odd" : "even";
    what.first.index = {{"region", i < 4 ? "eu" : "us"}};
    if (i == 2) what.first.index.push_back(what.first.index.front()); // said twice is found once
    REQUIRE(store.call.start(what).ok());
    auto next = job.then();
    if (i == 3) next.what.index = {{"order", lengthy}, {"region", "us"}};
    REQUIRE(store.call.apply(next).ok());
    if (i % 3 == 0) REQUIRE(store.call.apply(job.finish()).ok());
  }
  const auto by = [&](field index, std::size_t most, job_filter which = {}) {
    which.index = std::move(index);
    which.most = most;
    names seen;
    do {
      const auto page = *store.call.jobs(which);
      for (const auto& id : names_of(page.rows)) seen.push_back(id);
      which.after = page.next;
    } while (!which.after.empty());
    return seen;
  };
  for (std::size_t most : {1, 2, 100}) {
    REQUIRE(by({"region", "eu"}, most) == names{"j2", "j1", "j3", "j0"});
    REQUIRE(by({"region", "us"}, most) == names{"j5", "j4", "j3"});
    REQUIRE(by({"order", lengthy}, most) == names{"j3"});
    REQUIRE(by({"region", "eu"}, most, {.topic = "odd"}) == names{"j1", "j3"});
    REQUIRE(by({"region", "eu"}, most, {.state = "running"}) == names{"j2", "j1"});
    REQUIRE(by({"region", "eu"}, most, {.from_ms = first_ms + 2}) == names{"j2", "j3", "j0"});
    REQUIRE(by({"region", "e"}, most) == names{});
    REQUIRE(by({"regio", "neu"}, most) == names{});
  }
  REQUIRE(store.call.scrub("j3").ok());
  REQUIRE(by({"region", "eu"}, 100) == names{"j2", "j1", "j0"});
  REQUIRE(by({"order", lengthy}, 100) == names{});
}

TEMPLATE_TEST_CASE("history is read in pages", "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  for (int i = 0; i < 9; ++i) REQUIRE(store.call.apply(job.then()).ok());
  auto page = *store.call.history("o-1", 4, 3);
  REQUIRE(page.first == 4);
  REQUIRE(page.total == 10);
  REQUIRE(page.records == names{"o-1 record 4", "o-1 record 5", "o-1 record 6"});
  REQUIRE(store.call.history("o-1", 0, 1)->records == names{"o-1 record 1"});
  REQUIRE(store.call.history("o-1", 11, 1)->records.empty());
  REQUIRE_FAULT(store.call.history("o-2"), fault::not_found);
  REQUIRE_FAULT(store.call.read("o-2"), fault::not_found);
  head at{};
  page = *store.call.history("o-1");
  for (const auto& record : page.records) at = chain(record, at);
  REQUIRE(at == store.call.read("o-1")->at);
}

TEMPLATE_TEST_CASE("a version is immutable, and a public topic belongs to one app", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.call.deploy(version()).ok());
  auto other = version();
  other.source = "changed";
  other.hash = "changed";
  const auto before = store.dump();
  REQUIRE_FAULT(store.call.deploy(other), fault::conflict);
  other = version();
  other.app = "bills";
  REQUIRE_FAULT(store.call.deploy(other), fault::conflict);
  REQUIRE_FAULT(store.call.activate("orders", "2"), fault::not_found);
  REQUIRE_FAULT(store.call.fetch("orders", "2"), fault::not_found);
  REQUIRE(store.dump() == before);
  REQUIRE(store.call.deploy(version("2")).ok());
  REQUIRE(store.call.fetch("orders", "1")->active);
  REQUIRE_FALSE(store.call.fetch("orders", "2")->active);
  REQUIRE(store.call.activate("orders", "2").ok());
  const auto got = *store.call.fetch("orders", "2");
  REQUIRE(got.active);
  REQUIRE(got.source == "source-2");
  REQUIRE(got.hash == "hash-2");
  REQUIRE(got.public_topics == names{"order.placed"});
  const auto all = store.call.apps();
  REQUIRE(all.size() == 2);
  REQUIRE_FALSE(all[0].active);
  REQUIRE(all[1].active);
  REQUIRE(all[1].source.empty());
}

TEMPLATE_TEST_CASE("when all jobs have ended and expired nothing is left of them", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  REQUIRE(store.rows().empty());
  follower job{"o-1"};
  auto first = job.begin();
  auto row = waiting("a.0");
  row.due_ms = first_ms + 100'000;
  row.waits = {"x", "y"};
  row.backlog = "work";
  first.first.obligations = {row, waiting("b.0")};
  first.first.set = {{"small", "s"}, {"big", std::string(100'000, 'b')}};
  first.first.publications = {{"orders", "t", "o-1", "p"}};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "", "m1")).ok());
  REQUIRE(store.call.send(answer("o-1", "b.0", "m2")).ok());
  REQUIRE(*store.call.send(knock({"z"}, "s1", "id")) == signalled::early);
  auto what = job.then({"m1"});
  for (int i = 0; i < 50; ++i) {
    what.what.obligations.push_back(waiting("c." + std::to_string(i)));
    what.what.set.push_back({"f" + std::to_string(i), std::string(200, 'f')});
  }
  what.what.index = {{"region", "eu"}};
  what.what.measured = measurement{"eu", first_ms, first_ms + 60'000, {{"n", {}, 1, {}}}};
  what.what.children = {follower{"c-1"}.begin(), follower{"c-2", nobody}.begin()};
  REQUIRE(store.call.apply(what).ok());
  REQUIRE_FAULT(store.call.scrub("o-1"), fault::conflict);
  REQUIRE_FAULT(store.call.scrub("o-2"), fault::not_found);
  REQUIRE(store.call.apply(job.finish(first_ms + 60'000)).ok());
  follower child{"c-1"};
  (void)child.begin();
  REQUIRE(store.call.apply(child.finish()).ok());
  REQUIRE(store.call.scrub("c-1").ok());
  follower second{"c-2", ada};
  (void)second.begin();
  REQUIRE(store.call.claim(ada)->size() == 1);
  REQUIRE(store.call.apply(second.finish(first_ms + 60'000)).ok());
  REQUIRE(store.call.jobs({})->rows.size() == 2);

  store.call.due(first_ms + 60'000);
  REQUIRE(store.call.jobs({})->rows.empty());
  REQUIRE_FAULT(store.call.read("o-1"), fault::not_found);
  REQUIRE_FAULT(store.call.history("o-1"), fault::not_found);
  store.pass(3'700'000);
  store.call.due(store.now());
  REQUIRE(store.rows() == names{});
  REQUIRE(store.call.renew(bob).ok());
  REQUIRE(store.call.start(follower{"o-1", bob}.begin()).ok()); // its id is free again
}

} // namespace quipu::contract
