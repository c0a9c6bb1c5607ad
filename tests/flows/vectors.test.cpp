#include "flows/mapper/vectors.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

using namespace quipu;
namespace fs = std::filesystem;

namespace {

/// Where the dialect's first implementation and ours differ on purpose: docs/mapper.md, "Differences".
const std::set<std::string> differ_on_purpose{"cron.nextDelay/24"};

json read(const fs::path& file) {
  std::ifstream in(file);
  return json::parse(in);
}

fs::path shared() {
  if (const char* set = std::getenv("QUIPU_SHARED")) return set;
  return fs::path(QUIPU_SOURCE_DIR).parent_path() / "shared";
}

void check_all(const fs::path& file) {
  auto report = mapper::run_vectors(read(file));
  REQUIRE(report.ok());
  CHECK(report->passed > 0);
  for (const auto& each : report->differences)
    if (!each.quirk && !differ_on_purpose.contains(each.id)) {
      INFO(file.filename() << " " << each.id << "\nexpected " << each.expected << "\nfound    "
                           << each.found);
      CHECK(false);
    }
}

} // namespace

TEST_CASE("our own vectors give what ECMA-262 says") {
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(fs::path(QUIPU_SOURCE_DIR) / "tests/vectors"))
    if (file.path().extension() == ".json") {
      check_all(file.path());
      ++files;
    }
  CHECK(files >= 2);
}

TEST_CASE("shared vectors give what they say") {
  for (const char* name : {"mapper.json", "conditions.json"}) {
    auto file = shared() / "vectors" / name;
    if (fs::exists(file))
      check_all(file);
    else
      std::cerr << "skipped: no " << file << " (QUIPU_SHARED)\n";
  }
}

TEST_CASE("a vector that gives something else is told with both") {
  auto report = mapper::run_vectors(json::parse(R"({"vectors": [
    {"id": "right", "rules": {"a": 1, "b": "{x.y}"}, "expect": {"a": 1}},
    {"id": "wrong", "rules": {"a": 1}, "expect": {"a": 2}},
    {"id": "no error", "rules": 1, "error": true},
    {"id": "an error", "rules": {"@pipe": [[1], ["{@string.trim}"]]}, "error": true},
    {"id": "may", "rules": 1, "expect": 2, "quirk": true},
    {"id": "zero", "rules": {"@pipe": [[0], ["{@unary.negative}"]]}, "expect": 0},
    {"id": "nearly", "rules": {"@pipe": [[0.1, 0.2], ["{@math.add}"]]}, "expect": 0.3, "approx": true},
    {"id": "not", "rules": {"@pipe": [[0.1, 0.2], ["{@math.add}"]]}, "expect": 0.3},
    {"id": "clock", "rules": "{@date.now}", "expect": 5, "now": 5},
    {"id": "taken", "conditions": {"code": 404}, "code": 404, "expect": true}
  ]})"));
  REQUIRE(report.ok());
  CHECK(report->passed == 6);
  CHECK(report->failed == 3);
  CHECK(report->quirks == 1);
  REQUIRE(report->differences.size() == 4);
  CHECK(report->differences[0].id == "wrong");
  CHECK(report->differences[0].expected == R"({"a":2})");
  CHECK(report->differences[0].found == R"({"a":1})");
  CHECK_FALSE(mapper::run_vectors(json::parse(R"([1])")).ok());
  CHECK_FALSE(mapper::run_vectors(json::parse(R"({"vectors": [{"id": "x"}]})")).ok());
}
