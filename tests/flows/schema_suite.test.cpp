#include "flows/schema.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

using namespace quipu;

namespace {

namespace fs = std::filesystem;

// Debian's package json-schema-test-suite.
const fs::path suite = "/usr/share/json-schema-test-suite/tests/draft7";

// Cases, as "file: description", that ask for schemas from elsewhere. Nothing is fetched.
const std::set<std::string> remote{
    "refRemote.json: remote ref",
    "refRemote.json: fragment within remote ref",
    "refRemote.json: ref within remote ref",
    "refRemote.json: base URI change",
    "refRemote.json: base URI change - change folder",
    "refRemote.json: base URI change - change folder in subschema",
    "refRemote.json: root ref in remote ref",
};

json read(const fs::path& file) {
  std::ifstream in{file};
  return json::parse(in);
}

struct tally {
  int passed = 0;
  int refused = 0;
  std::vector<std::string> failed;
};

void run(const fs::path& file, tally& into) {
  for (const auto& group : read(file)) {
    const auto name = file.filename().string() + ": " + group["description"].get<std::string>();
    findings faults;
    const auto compiled = schema::compile(to_tree(group["schema"]), faults);
    if (faults.failed()) {
      ++into.refused;
      if (!remote.contains(name))
        into.failed.push_back(name + ": refused: " + to_string(faults.all().front()));
      continue;
    }
    if (remote.contains(name)) into.failed.push_back(name + ": should have been refused");
    for (const auto& one : group["tests"])
      if (compiled.check(one["data"]).empty() == one["valid"].get<bool>())
        ++into.passed;
      else
        into.failed.push_back(name + ": " + one["description"].get<std::string>());
  }
}

tally run_all(const fs::path& folder) {
  tally all;
  for (const auto& file : fs::directory_iterator{folder})
    if (file.path().extension() == ".json") run(file.path(), all);
  for (const auto& failed : all.failed) UNSCOPED_INFO(failed);
  std::cout << folder.string() << ": " << all.passed << " passed, " << all.failed.size()
            << " failed, " << all.refused << " schemas refused\n";
  return all;
}

bool installed() {
  if (fs::exists(suite)) return true;
  WARN("skipped: " << suite << " is not there (apt-get install json-schema-test-suite)");
  return false;
}

} // namespace

TEST_CASE("every required case of draft-07 is answered right, but for remote references") {
  if (!installed()) return;
  const auto all = run_all(suite);
  CHECK(all.failed.empty());
  CHECK(all.refused == static_cast<int>(remote.size()));
  CHECK(all.passed >= 400);
}

TEST_CASE("every optional case of draft-07's formats is answered right") {
  if (!installed()) return;
  CHECK(run_all(suite / "optional" / "format").failed.empty());
}
