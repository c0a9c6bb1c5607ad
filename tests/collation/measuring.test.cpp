#include "collation/measuring.hpp"

#include "collation/store_rules.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace quipu;

namespace {

/// A row as a store keeps it.
class kept {
public:
  void take(std::vector<addition> all) {
    for (const auto& each : all) {
      const auto found = cells_.find(store_rules::cell_of(each));
      if (auto now = store_rules::added(found == cells_.end() ? nullptr : &found->second, each))
        cells_.insert_or_assign(store_rules::cell_of(each), *now);
    }
  }
  [[nodiscard]] measures_row row() const {
    measures_row made;
    for (const auto& [name, cell] : cells_) made.cells.push_back(cell);
    return made;
  }

private:
  std::map<std::pair<std::string, std::string>, measures_row::cell> cells_;
};

const std::vector<std::string> of_numbers{"sum", "avg", "min", "max"};

} // namespace

TEST_CASE("what jobs add is read as it was meant") {
  kept store;
  for (const auto& amount : {json(0.1), json(0.2), json(7), json(-3)}) {
    measuring one;
    for (const auto& measure : of_numbers) REQUIRE(one.add(measure, "total", amount));
    REQUIRE(one.add("count", "total", amount));
    REQUIRE(one.add("mdn", "region", amount.is_number_integer() ? json("eu") : json("us")));
    store.take(std::move(one).all());
  }
  store.take(measuring{}.all()); // a job without any of it
  totals all;
  all.add(store.row());
  const auto made = to_json(all.read());
  REQUIRE(made ==
          json{{"count", 5},
               {"counts", {{"total", 4}}},
               {"sum", {{"total", 4.3}}},
               {"avg", {{"total", 1.075}}},
               {"min", {{"total", -3}}},
               {"max", {{"total", 7}}},
               {"mdn", {{"region", 2}}},
               {"values",
                {{"region", {{{"value", "eu"}, {"times", 2}}, {{"value", "us"}, {"times", 2}}}}}}});
}

TEST_CASE("rows are read as one: averages of all numbers, values that came in several once") {
  totals all;
  for (const double amount : {1.0, 2.0, 6.0}) {
    kept store;
    measuring one;
    REQUIRE(one.add("avg", "total", amount));
    REQUIRE(one.add("min", "total", amount));
    REQUIRE(one.add("mdn", "region", amount < 5 ? "eu" : "us"));
    store.take(std::move(one).all());
    all.add(store.row());
  }
  const auto read = all.read();
  REQUIRE(read.avg.at("total") == 3);
  REQUIRE(read.min.at("total") == 1);
  REQUIRE(read.mdn.at("region").distinct == 2);
  REQUIRE(read.mdn.at("region").values.front() == std::pair{json("eu"), std::uint64_t{2}});
}

TEST_CASE("only numbers are added, and everything is tallied") {
  measuring one;
  for (const auto& value : {json("7"), json(true), json::array(), json::object()}) {
    for (const auto& measure : of_numbers) REQUIRE_FALSE(one.add(measure, "x", value));
    REQUIRE(one.add("mdn", value.dump(), value));
  }
  REQUIRE(std::move(one).all().size() == 5);
  // Values that are equal are one, whatever they are written as.
  measuring two;
  REQUIRE(two.add("mdn", "a", json{{"b", 1}, {"a", 2.0}}));
  REQUIRE(two.add("mdn", "b", json{{"a", 2}, {"b", 1.0}}));
  REQUIRE(two.add("mdn", "c", std::string(1000, 'x')));
  const auto all = std::move(two).all();
  REQUIRE(all[1].text == all[2].text);
  REQUIRE(all[3].text.starts_with("sha256:"));
}

TEST_CASE("a measure that is said twice counts once") {
  measuring one;
  REQUIRE(one.add("sum", "total", 5));
  REQUIRE(one.add("sum", "total", 5));
  REQUIRE(one.add("avg", "total", 5));
  REQUIRE(one.add("count", "total", 5));
  REQUIRE(one.add("count", "total", 5));
  kept store;
  store.take(std::move(one).all());
  totals all;
  all.add(store.row());
  REQUIRE(all.read().sum.at("total") == 5);
  REQUIRE(all.read().avg.at("total") == 5);
  REQUIRE(all.read().counts.at("total") == 1);
}
