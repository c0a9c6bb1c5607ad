#pragma once

#include "collation/store_rules.hpp"
#include "tests/contract/caller.hpp"

#include <algorithm>

namespace quipu::contract {

using cell = measures_row::cell;

/// One number in each way that numbers are added, for one text.
inline measurement measured(std::string key, std::int64_t amount, std::string text,
                            std::int64_t from_ms = first_ms) {
  using kind = addition::kind;
  return {std::move(key),
          from_ms,
          from_ms + 1000,
          {{"total", kind::sum, amount, {}},
           {"low", kind::least, 0, text},
           {"high", kind::most, 0, text},
           {"each", kind::tally, 1, text}}};
}

/// The only row of a key.
template <class Store>
std::vector<cell> cells_of(bench<Store>& store, std::string key) {
  measures_filter which{"orders", "order.placed"};
  which.key = std::move(key);
  const auto page = *store.call.measures(which);
  REQUIRE(page.rows.size() == 1);
  return page.rows[0].cells;
}

TEMPLATE_TEST_CASE("what jobs are measured by adds up, once for each commit", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower one{"o-1"};
  auto first = one.begin();
  first.first.measured = measured("eu", 5, "b");
  REQUIRE(store.call.start(first).ok());
  REQUIRE(cells_of(store, "eu") ==
          std::vector<cell>{{"each", "b", 1}, {"high", "b", 0}, {"low", "b", 0}, {"total", "", 5}});
  REQUIRE(store.call.start(first)->repeated);
  auto next = one.then();
  next.what.measured = measured("eu", -7, "c");
  REQUIRE(store.call.apply(next).ok());
  REQUIRE(store.call.apply(next)->repeated);
  auto other = follower{"o-2"}.begin();
  other.first.measured = measured("eu", 1'000'000'000'000, "b");
  REQUIRE(store.call.start(other).ok());
  REQUIRE(cells_of(store, "eu") == std::vector<cell>{{"each", "b", 2},
                                                     {"each", "c", 1},
                                                     {"high", "c", 0},
                                                     {"low", "b", 0},
                                                     {"total", "", 999'999'999'998}});
  // What is refused adds nothing.
  auto stale = one.then();
  stale.stands_on[0] ^= 1;
  stale.what.measured = measured("eu", 1, "a");
  REQUIRE_FAULT(store.call.apply(stale), fault::stale);
  REQUIRE(cells_of(store, "eu").back().amount == 999'999'999'998);
  // Nor does it go with the job.
  follower second{"o-2"};
  (void)second.begin();
  REQUIRE(store.call.apply(second.finish()).ok());
  REQUIRE(store.call.scrub("o-2").ok());
  REQUIRE(cells_of(store, "eu").back().amount == 999'999'999'998);
}

TEMPLATE_TEST_CASE("measures are read by topic, key and time, page by page", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  const std::string lengthy(500, 'k');
  int jobs = 0;
  for (const auto& key : {std::string{"eu"}, std::string{}, lengthy, std::string{"e"}})
    for (int at : {0, 20, 10}) {
      auto what = follower{"o-" + std::to_string(++jobs)}.begin();
      what.topic = jobs == 1 ? "other" : "order.placed";
      what.first.measured = measured(key, at, "x", first_ms + at);
      REQUIRE(store.call.start(what).ok());
    }
  const auto all = [&](measures_filter which) {
    std::vector<std::pair<std::string, std::int64_t>> seen;
    do {
      const auto page = *store.call.measures(which);
      REQUIRE(page.rows.size() <= which.most);
      for (const auto& row : page.rows) {
        REQUIRE(row.cells.size() == 4);
        seen.emplace_back(row.key.size() > 2 ? "long" : row.key, row.from_ms - first_ms);
      }
      which.after = page.next;
    } while (!which.after.empty());
    return seen;
  };
  using seen = std::vector<std::pair<std::string, std::int64_t>>;
  for (std::size_t most : {1, 2, 3, 100}) {
    measures_filter which{"orders", "order.placed"};
    which.most = most;
    REQUIRE(all(which) == seen{{"", 0},
                               {"", 10},
                               {"", 20},
                               {"e", 0},
                               {"e", 10},
                               {"e", 20},
                               {"eu", 10},
                               {"eu", 20},
                               {"long", 0},
                               {"long", 10},
                               {"long", 20}});
    which.key = "e";
    REQUIRE(all(which) == seen{{"e", 0}, {"e", 10}, {"e", 20}});
    which.key = lengthy;
    REQUIRE(all(which).size() == 3);
    which.key.reset();
    which.from_ms = first_ms + 10;
    REQUIRE(all(which).size() == 8);
    which.before_ms = first_ms + 20;
    REQUIRE(all(which) == seen{{"", 10}, {"e", 10}, {"eu", 10}, {"long", 10}});
    which.key = "e";
    REQUIRE(all(which) == seen{{"e", 10}});
    which.topic = "other";
    which.key = "eu";
    which.from_ms = which.before_ms = std::nullopt;
    REQUIRE(all(which) == seen{{"eu", 0}});
    which.app = "bills";
    REQUIRE(all(which).empty());
  }
  measures_filter wrong{"orders", "order.placed"};
  wrong.after = "nonsense";
  REQUIRE_FAULT(store.call.measures(wrong), fault::bad_request);
}

TEMPLATE_TEST_CASE("a row tallies so many values; what comes beyond is counted together",
                   "[contract]", QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  follower job{"o-1"};
  auto what = job.begin();
  what.first.measured = measurement{"k", first_ms, {}, {}};
  const auto tally = [](const std::string& text) {
    return addition{"each", addition::kind::tally, 1, text};
  };
  for (std::size_t i = 0; i < store_rules::most_tallied - 1; ++i)
    what.first.measured->adds.push_back(tally(std::to_string(i)));
  REQUIRE(store.call.start(what).ok());
  auto next = job.then();
  next.what.measured = measurement{"k", first_ms, {}, {}};
  for (const auto* text : {"the last", "one more", "the last", "7", "two more", "one more"})
    next.what.measured->adds.push_back(tally(text));
  REQUIRE(store.call.apply(next).ok());
  const auto cells = cells_of(store, "k");
  REQUIRE(cells.size() == store_rules::most_tallied + 1);
  REQUIRE(cells.front() == cell{"each", "", 3});
  REQUIRE(cells.back() == cell{"each", "the last", 2});
  REQUIRE(std::count(cells.begin(), cells.end(), cell{"each", "7", 2}) == 1);
}

TEMPLATE_TEST_CASE("measures are kept until the last time that was asked for", "[contract]",
                   QUIPU_CONTRACT_STORES) {
  bench<TestType> store;
  int jobs = 0;
  const auto add = [&](const std::string& key, std::optional<std::int64_t> until_ms) {
    auto what = follower{"o-" + std::to_string(++jobs)}.begin();
    what.first.measured = measurement{key, first_ms, until_ms, {{"n", {}, 1, {}}}};
    REQUIRE(store.call.start(what).ok());
  };
  const auto kept = [&] {
    names keys;
    const auto page = *store.call.measures({"orders", "order.placed"});
    for (const auto& row : page.rows) keys.push_back(row.key);
    return keys;
  };
  add("a", first_ms + 100);
  add("b", first_ms + 100);
  add("b", first_ms + 200);
  add("b", first_ms + 150);
  add("c", first_ms + 100);
  add("c", std::nullopt);
  add("c", first_ms + 100);
  add("d", std::nullopt);
  store.call.due(first_ms + 99);
  REQUIRE(kept() == names{"a", "b", "c", "d"});
  store.call.due(first_ms + 100);
  REQUIRE(kept() == names{"b", "c", "d"});
  store.call.due(first_ms + 199);
  REQUIRE(kept() == names{"b", "c", "d"});
  store.call.due(first_ms + 200);
  REQUIRE(kept() == names{"c", "d"});
  REQUIRE_FALSE(store.call.due(first_ms + 1'000'000'000).next_due_ms);
  REQUIRE(kept() == names{"c", "d"});
  add("a", first_ms + 300);
  REQUIRE(cells_of(store, "a") == std::vector<cell>{{"n", "", 1}});
}

} // namespace quipu::contract
