#include "tests/bench/report.hpp"
#include "tests/bench/page.hpp"

#include <catch2/catch.hpp>

using namespace quipu;
using namespace quipu::bench;

namespace {

row measured() {
  row made;
  made.store = "lmdb-sync";
  made.workload = "seq5";
  made.flows = spread_of({4'200, 3'900, 4'100});
  made.commits = 6;
  made.activities = 6;
  made.raw = 50'000;
  for (int each = 0; each < 100; ++each) made.alone.add(2'000'000);
  return made;
}

} // namespace

TEST_CASE("the middle one of the repetitions counts, with the least and the most beside it") {
  const auto got = spread_of({3, 1, 2});
  CHECK(got.least == 1);
  CHECK(got.median == 2);
  CHECK(got.most == 3);
}

TEST_CASE("the ratio is that of commits to those of the bare client") {
  auto one = measured();
  CHECK(one.commits_a_second() == Approx(24'600));
  CHECK(one.ratio().value() == Approx(0.492));
  one.raw.reset();
  CHECK_FALSE(one.ratio());
}

TEST_CASE("a goal is met from above for rates and from below for times") {
  auto one = measured();
  CHECK(text_of_goals({one}) ==
        "seq5    on lmdb-sync      4100 flows/s, goal at least 4000: met\n");
  one.flows.median = 3'999;
  CHECK_FALSE(told_goals({one}).at(0).met);
  one.store = "lmdb-relaxed";
  const auto told = told_goals({one});
  REQUIRE(told.size() == 2);
  CHECK(told[1].bound == "at most");
  CHECK(told[1].measured == "2.00");
  CHECK_FALSE(told[1].met);
  one.alone = {};
  one.alone.add(400'000);
  CHECK(told_goals({one}).at(1).met);
}

TEST_CASE("a goal over a peer is told when the peer was measured on the same store") {
  auto ours = measured();
  ours.store = "redis-everysec";
  ours.raw.reset();
  row other;
  other.store = peer_row("bullmq", "redis-everysec");
  other.workload = "seq5";
  other.peer = true;
  other.flows = spread_of({410});
  const auto over = [](const std::vector<row>& rows) {
    std::vector<std::string> found;
    for (const auto& each : told_goals(rows))
      if (each.unit == "times the flows/s of bullmq") found.push_back(each.measured);
    return found;
  };
  CHECK(over({ours}).empty());
  CHECK(over({ours, other}) == std::vector<std::string>{"10.0"});
}

TEST_CASE("what was not measured has no goal, and no ratio that counts as missed") {
  auto one = measured();
  one.store = "redis-everysec";
  one.raw.reset();
  for (const auto& each : told_goals({one})) CHECK(each.unit != "of the raw store");
  CHECK(told_goals({}).empty());
}

TEST_CASE("the part of a page between the marks is written, the rest stays") {
  const auto part = markdown({"1.2.3", "a machine", "a disk", "a day", 3, 2, 0.5}, {measured()});
  CHECK(part.find("| lmdb-sync | seq5 | 0 | 4100 (3900-4200) | 24600 | 50000 | 0.49 |") !=
        std::string::npos);
  CHECK(part.find("| seq5 | lmdb-sync | flows/s | at least 4000 | 4100 | met |") !=
        std::string::npos);
  const auto page = std::string{"above\n"} + std::string{part_begins} + "\nold\n" +
                    std::string{part_ends} + "\nbelow\n";
  const auto made = with_part(page, part);
  REQUIRE(made);
  CHECK(made->starts_with("above\n"));
  CHECK(made->ends_with("\nbelow\n"));
  CHECK(made->find("old") == std::string::npos);
  CHECK(with_part(*made, part).value() == *made);
  CHECK_FALSE(with_part("a page without marks", part));
}

TEST_CASE("the figures are told as JSON") {
  const auto told = to_json({"1.2.3", "a machine", "a disk", "a day", 3, 2, 0.5}, {measured()});
  CHECK(told["rows"][0]["flows_s"] == json{3'900, 4'100, 4'200});
  CHECK(told["rows"][0]["ratio"] == Approx(0.492));
  CHECK(told["goals"][0]["met"] == true);
}
