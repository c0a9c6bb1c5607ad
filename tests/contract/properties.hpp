#pragma once

#include "tests/contract/memory_store.hpp"
#include "tests/contract/walk.hpp"

#include <set>

namespace quipu::contract {

TEMPLATE_TEST_CASE("the same seed is answered alike by every store, refusals alter nothing, and in "
                   "the end nothing is left",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    INFO("seed " << seed);
    const auto here = walked<TestType>(seed, 120);
    if constexpr (in_parts<TestType>) continue;
    const auto there = walked<memory_store>(seed, 120);
    for (std::size_t i = 0; i < std::min(here.size(), there.size()); ++i)
      if (here[i] != there[i]) REQUIRE(here[i] == there[i]);
    REQUIRE(here.size() == there.size());
  }
}

TEMPLATE_TEST_CASE("commits in any order, repeated at will, end in the same state", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  std::mt19937 random{42};
  std::vector<std::string> ends;
  for (int round = 0; round < 6; ++round) {
    bench<TestType> store;
    follower job{"o-1"};
    REQUIRE(store.call.start(job.begin()).ok());
    std::vector<commit> chained;
    for (int i = 0; i < 8; ++i) {
      chained.push_back(job.then());
      chained.back().what.set = {{"f" + std::to_string(i % 3), std::to_string(i)}};
      chained.back().what.obligations = {waiting("a." + std::to_string(i))};
      if (i > 0) chained.back().what.settled = {"a." + std::to_string(i - 1)};
    }
    std::size_t applied = 0;
    for (int tries = 0; tries < 1000 && store.call.read("o-1")->at != job.at; ++tries) {
      // In the first round in order, then at random.
      const auto at = round == 0 ? applied : random() % chained.size();
      const auto told = store.call.apply(chained[at]);
      if (told && !told->repeated) {
        REQUIRE(at == applied);
        ++applied;
      } else if (!told) {
        REQUIRE(name(told.error().code) == name(fault::stale));
      }
    }
    REQUIRE(applied == chained.size());
    std::string end = text_of(*store.call.read("o-1"));
    const auto page = *store.call.history("o-1");
    for (const auto& record : page.records) end += record;
    ends.push_back(end);
    REQUIRE(end == ends.front());
  }
}

TEMPLATE_TEST_CASE(
    "no mail is lost and no wake-up: whoever claims, pops and commits sees all of it", "[contract]",
    QUIPU_CONTRACT_STORES) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    std::mt19937 random{seed};
    bench<TestType> store;
    std::map<std::string, std::pair<follower, std::vector<std::string>>> mine; // and unread mail
    std::set<std::string> sent;
    std::set<std::string> consumed;
    const auto meet = [&](const snapshot& seen) {
      mine[seen.job] = {follower{seen.job, ada, seen.at, static_cast<int>(seen.records)},
                        ids_of(seen.mail)};
    };
    const auto work = [&](const std::string& id) {
      auto& [job, unread] = mine.at(id);
      auto what = job.then(unread);
      what.what.gives_back = true;
      const auto told = store.call.apply(what);
      REQUIRE(told.ok());
      consumed.insert(unread.begin(), unread.end());
      unread = ids_of(told->mail);
      if (!told->owned) mine.erase(id);
    };
    for (const auto* id : {"a", "b", "c"})
      REQUIRE(store.call.start(follower{id, nobody}.begin()).ok());
    bool quiet = false;
    for (int i = 0; i < 120 || !quiet; ++i) {
      quiet = i >= 120;
      if (!quiet && random() % 2 == 0) {
        const std::string job(1, static_cast<char>('a' + random() % 3));
        const auto id = std::to_string(i);
        REQUIRE(store.call.send(answer(job, "", id)).ok());
        sent.insert(id);
      }
      if (random() % 3 == 0 || quiet) {
        const auto claimed = *store.call.claim(ada, quiet ? 10 : 1);
        for (const auto& seen : claimed) meet(seen);
        const auto got = store.call.pop(ada, quiet ? 10 : 1);
        for (const auto& [id, inbox] : got) mine.at(id).second = ids_of(inbox);
        quiet = quiet && claimed.empty() && got.empty() && mine.empty();
      }
      if (!mine.empty() && (random() % 2 == 0 || i >= 120)) work(mine.begin()->first);
      REQUIRE(i < 1000);
    }
    REQUIRE(consumed == sent);
  }
}

} // namespace quipu::contract
