#pragma once

#include "collation/store_rules.hpp"
#include "tests/contract/audited.hpp"

/// What stays small however long a job runs, and how a store is checked.
namespace quipu::contract {

TEMPLATE_TEST_CASE("a checkpoint stands for the records that are not kept", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  for (int i = 0; i < 4; ++i) REQUIRE(store.call.apply(job.then()).ok());
  auto folded = job.then(); // one write of three records
  for (int i = 0; i < 2; ++i) {
    const auto more = job.next();
    folded.what.records.push_back(more.records.front());
    folded.what.makes = more.makes;
  }
  REQUIRE(store.call.apply(folded).ok());
  const auto before = *store.call.read("o-1");

  REQUIRE(store.call.condense("o-1", 3, "c3").ok());
  auto page = *store.call.history("o-1");
  REQUIRE(page.checkpoint == "c3");
  REQUIRE(page.first == 4);
  REQUIRE(page.total == 8);
  REQUIRE(page.records.size() == 5);
  REQUIRE(page.records.front() == "o-1 record 4");
  REQUIRE(store.call.history("o-1", 5, 2)->checkpoint.empty());

  REQUIRE(store.call.condense("o-1", 7, "c7").ok()); // in the middle of a write
  page = *store.call.history("o-1", 2, 10);
  REQUIRE(page.checkpoint == "c7");
  REQUIRE(page.first == 8);
  REQUIRE(page.records == names{"o-1 record 8"});
  const auto after = *store.call.read("o-1");
  REQUIRE(after.at == before.at);
  REQUIRE(after.records == 8);
  REQUIRE(store.call.apply(job.then()).ok());
  REQUIRE(store.call.history("o-1")->records == names{"o-1 record 8", "o-1 record 9"});

  for (std::uint64_t upto : {0, 6, 7, 10})
    REQUIRE_FAULT(store.call.condense("o-1", upto, "no"), fault::conflict);
  REQUIRE_FAULT(store.call.condense("o-2", 1, "no"), fault::not_found);
  REQUIRE(store.call.condense("o-1", 9, "c9").ok()); // all of them
  REQUIRE(store.call.history("o-1")->records.empty());
  REQUIRE(store.call.history("o-1")->checkpoint == "c9");
  REQUIRE(store.call.apply(job.finish()).ok());
  REQUIRE(store.call.scrub("o-1").ok());
  REQUIRE(store.rows().empty());
}

TEMPLATE_TEST_CASE("who has much mail gets the oldest at once and the rest with what it consumes",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  REQUIRE(store.call.start(job.begin()).ok());
  const auto at_once = store_rules::mail_at_once;
  names sent;
  for (std::size_t i = 0; i < 2 * at_once + 3; ++i) {
    sent.push_back(fmt::format("m{}", i));
    REQUIRE(store.call.send(answer("o-1", "", sent.back())).ok());
  }
  const names first{sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(at_once)};
  const auto got_first = store.call.pop(ada);
  REQUIRE(got_first.size() == 1);
  REQUIRE(ids_of(got_first[0].second) == first);
  REQUIRE(ids_of(store.call.read("o-1")->mail) == first);
  names got;
  for (auto unread = first; !unread.empty();) {
    got.insert(got.end(), unread.begin(), unread.end());
    auto what = job.then(unread);
    what.what.gives_back = true;
    const auto told = *store.call.apply(what);
    unread = ids_of(told.mail);
    REQUIRE(told.owned == !unread.empty());
    REQUIRE(unread.size() <= at_once);
  }
  REQUIRE(got == sent);
}

TEMPLATE_TEST_CASE("mail that only the store can send leaves nothing when it is taken up",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto sleeps = waiting("a.0");
  sleeps.due_ms = first_ms + 10;
  first.first.obligations = {sleeps};
  REQUIRE(store.call.start(first).ok());
  const auto rows = store.rows().size();
  for (int round = 1; round < 5; ++round) {
    store.pass(20);
    REQUIRE(store.call.due(store.now()).count == 1);
    const auto got = store.call.pop(ada);
    auto what = job.then(ids_of(got.at(0).second));
    sleeps.due_ms = store.now() + 10;
    what.what.obligations = {sleeps};
    REQUIRE(store.call.apply(what).ok());
    REQUIRE(store.call.condense("o-1", static_cast<std::uint64_t>(round), "c").ok());
    REQUIRE(store.rows().size() <= rows + 1);
  }
}

TEMPLATE_TEST_CASE("an ended job has no unread mail, and forgotten it leaves nothing", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  const auto before = store.rows();
  follower job{"o-1"};
  auto first = job.begin();
  auto sleeps = waiting("a.0");
  sleeps.due_ms = first_ms + 10'000;
  first.first.obligations = {sleeps};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.send(answer("o-1", "", "m1")).ok());
  REQUIRE(store.call.send(answer("o-1", "a.0", "m2")).ok());
  REQUIRE(store.call.apply(job.finish(first_ms + 60'000)).ok());
  REQUIRE(store.call.read("o-1")->mail.empty());
  REQUIRE(store.call.send(answer("o-1", "", "m1"))
              .ok()); // what has come is known, also when it comes again
  REQUIRE_FAULT(store.call.send(answer("o-1", "", "m3")), fault::conflict);
  REQUIRE(store.call.scrub("o-1").ok());
  REQUIRE(store.rows() == before);
}

TEMPLATE_TEST_CASE("an audit gives each claim of a job with its row", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto first = job.begin();
  auto wait = waiting("h.0");
  wait.due_ms = first_ms + 1000;
  wait.waits = {"x", "y"};
  auto call = waiting("w.0");
  call.backlog = "topic";
  first.first.obligations = {wait, call};
  REQUIRE(store.call.start(first).ok());
  REQUIRE(store.call.start(follower{"o-2", nobody}.begin()).ok());
  follower done{"o-3"};
  REQUIRE(store.call.start(done.begin()).ok());
  REQUIRE(store.call.send(answer("o-3", "", "m1")).ok());
  REQUIRE(store.call.apply(done.finish(first_ms + 9000)).ok());
  REQUIRE(store.call.send(answer("o-1", "", "m2")).ok());
  REQUIRE(store.call.send(knock({"z"}, "s1", "heard")).ok());
  for (std::size_t most : {1, 3, 1000}) {
    const auto all = audited(store.call, most);
    REQUIRE(without_their_likes(all) == names{});
    const auto of = [&](std::string_view id) {
      return std::ranges::count_if(all,
                                   [&](const auto& row) { return row.claimed && row.job == id; });
    };
    REQUIRE(of("o-1") >= 6); // running, set, queue, timer, two boards, backlog
    REQUIRE(of("o-2") >= 2); // running, ready
    REQUIRE(of("o-3") >= 2); // ended, its expiry
  }
  REQUIRE_FAULT(store.call.audit("nothing"), fault::bad_request);
  auto sound = audited(store.call).front();
  sound.trouble = "made up";
  REQUIRE_FAULT(store.call.mend(sound), fault::conflict);
}

} // namespace quipu::contract
