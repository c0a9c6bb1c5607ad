#include "actors/flow_test/play.hpp"

#include "collation/memory_ledger.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <unistd.h>

using namespace quipu;

namespace {

namespace fs = std::filesystem;

result<std::unique_ptr<ledger>> in_memory(std::function<std::int64_t()> clock) {
  return std::unique_ptr<ledger>{std::make_unique<memory_ledger>(std::move(clock))};
}

/// Plays every file of a folder; how many tests there were.
std::size_t play_all(const fs::path& folder, const flow_test::make_store& store) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().string().ends_with(".test.yaml")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::size_t played = 0;
  for (const auto& file : files) {
    findings faults;
    auto read = flow_test::read(file, faults);
    for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
    CHECK(read);
    if (!read) continue;
    for (const auto& one : flow_test::play(*read, store)) {
      ++played;
      for (const auto& fault : one.faults) UNSCOPED_INFO(fault);
      for (const auto& line : one.history) UNSCOPED_INFO(line);
      INFO(file.filename().string() << ": " << one.name);
      CHECK(one.passed());
    }
  }
  return played;
}

/// A file of one test over a flow that naps for a minute.
std::vector<flow_test::outcome> play_steps(const std::string& steps, findings& faults) {
  const auto file = fs::temp_directory_path() / fmt::format("quipu-{}.test.yaml", ::getpid());
  {
    std::unique_ptr<FILE, int (*)(FILE*)> out{std::fopen(file.c_str(), "w"), &std::fclose};
    const auto text = fmt::format(R"(app:
  id: nap
  version: '1'
  graphs:
    - subscribes: nap
      activities:
        t: {{type: trigger}}
        w: {{type: worker, topic: work, input: {{maps: {{k: 1}}}}}}
      transitions: {{t: [{{to: w}}]}}
workers:
  work: [{{when: {{k: 2}}, replies: [{{code: 200}}]}}]
tests:
  - name: one
    steps:
{})",
                                  steps);
    std::fputs(text.c_str(), out.get());
  }
  auto read = flow_test::read(file, faults);
  fs::remove(file);
  return read ? flow_test::play(*read, in_memory) : std::vector<flow_test::outcome>{};
}

} // namespace

TEST_CASE("every row of the flow language does what it says, in memory") {
  CHECK(play_all(fs::path{QUIPU_SOURCE_DIR} / "tests/language", in_memory) > 40);
}

TEST_CASE("every row of the flow language does what it says, on disk") {
  const auto root = fs::temp_directory_path() / fmt::format("quipu-language-{}", ::getpid());
  std::size_t count = 0;
  const auto on_disk = [&](std::function<std::int64_t()> clock) -> result<std::unique_ptr<ledger>> {
    lmdb_ledger::options with;
    with.path = (root / std::to_string(++count)).string();
    fs::create_directories(root);
    with.durable = lmdb_ledger::durability::relaxed;
    with.map_size = std::size_t{1} << 28U;
    with.clock = std::move(clock);
    auto opened = lmdb_ledger::open(std::move(with));
    if (!opened) return opened.error();
    return std::unique_ptr<ledger>{std::move(*opened)};
  };
  CHECK(play_all(fs::path{QUIPU_SOURCE_DIR} / "tests/language", on_disk) > 40);
  fs::remove_all(root);
}

TEST_CASE("the shared flow tests pass") {
  const auto* named = std::getenv("QUIPU_SHARED");
  const auto folder =
      (named != nullptr ? fs::path{named} : fs::path{QUIPU_SOURCE_DIR} / "../shared") / "flowtests";
  if (!fs::is_directory(folder)) {
    std::cout << "skipped: there is no " << folder << "\n";
    return;
  }
  CHECK(play_all(folder, in_memory) > 0);
}

TEST_CASE("a call that no `when` fits fails the test") {
  findings faults;
  const auto played = play_steps("      - publish: {topic: nap, id: n}\n", faults);
  REQUIRE(played.size() == 1);
  CHECK_FALSE(played.front().passed());
}

TEST_CASE("a refusal that is not expected fails the test, and so does one that does not come") {
  findings faults;
  auto played = play_steps("      - publish: {topic: nowhere}\n", faults);
  REQUIRE(played.size() == 1);
  CHECK_FALSE(played.front().passed());
  played = play_steps("      - advance: 1s\n      - publish: {topic: nowhere}\n"
                      "        refused: {code: 404}\n",
                      faults);
  CHECK(played.at(0).passed());
  played = play_steps("      - publish: {topic: nowhere}\n        refused: {code: 409}\n", faults);
  CHECK_FALSE(played.at(0).passed());
}

TEST_CASE("what a file of tests says wrongly is told at its place, with what would be right") {
  findings faults;
  CHECK(play_steps("      - publsh: {topic: nap}\n      - expect: {stat: running}\n"
                   "      - expect: {state: runing, key: 68}\n",
                   faults)
            .empty());
  REQUIRE(faults.all().size() == 4);
  CHECK(faults.all()[0].message.find("publish") != std::string::npos);
  CHECK(faults.all()[0].at.line == 15);
  CHECK(faults.all()[0].at.column == 9);
  CHECK(faults.all()[1].message.find("state") != std::string::npos);
  CHECK(faults.all()[2].message.find("in quotes") != std::string::npos);
  CHECK(faults.all()[3].message.find("running") != std::string::npos);
}

TEST_CASE("a number that is larger than its place is told, not cut off") {
  findings faults;
  CHECK(play_steps("      - complete: {job: a, activity: w, dimension: 4294967296}\n"
                   "      - interrupt: {job: a, code: 4294967296}\n"
                   "      - interrupt: {job: a, code: 18446744073709551615}\n",
                   faults)
            .empty());
  REQUIRE(faults.all().size() == 3);
  CHECK(faults.all()[0].message == "a dimension is a number from 0 to 2^32 - 1");
  CHECK(faults.all()[1].message == "a code has at most nine digits");
  CHECK(faults.all()[2].message == "\"code\" is a whole number, not 18446744073709551615");
}

TEST_CASE("a test that says nothing is a fault at its place") {
  findings faults;
  const auto read =
      flow_test::read_text("app: {app: {}}\ntests:\n  - {}\n", "x.test.yaml", {}, faults);
  CHECK_FALSE(read);
  const auto missing = std::find_if(faults.all().begin(), faults.all().end(), [](const auto& each) {
    return each.message == "\"name\" is missing";
  });
  REQUIRE(missing != faults.all().end());
  CHECK(missing->at.line == 3);
  CHECK(missing->at.column == 5);
}

TEST_CASE("time that goes on and on ends, and a test with it") {
  findings faults;
  std::string steps;
  for (int each = 0; each < 1'100; ++each) steps += "      - advance: 14000000w\n";
  const auto played = play_steps(steps, faults);
  REQUIRE(played.size() == 1);
  CHECK(played.front().passed());
}
