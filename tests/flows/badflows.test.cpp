#include "flows/definition.hpp"
#include "flows/plan.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace quipu;
namespace fs = std::filesystem;

namespace {

/// What the first line of a file says: `# expect: LINE:COL WORD` or `# expect: FILE:LINE:COL WORD`.
struct expectation {
  std::string file;
  std::string line;
  std::string column;
  std::string word;
};

expectation read_expectation(const fs::path& file) {
  std::string first;
  std::getline(std::ifstream{file} >> std::ws, first);
  std::istringstream words{first};
  std::string hash, expect, where;
  expectation made;
  words >> hash >> expect >> where >> made.word;
  REQUIRE(expect == "expect:");
  const auto column = where.rfind(':');
  const auto line = where.rfind(':', column - 1);
  made.column = where.substr(column + 1);
  made.line = where.substr(line == std::string::npos ? 0 : line + 1,
                           column - (line == std::string::npos ? 0 : line + 1));
  made.file = line == std::string::npos ? file.filename().string() : where.substr(0, line);
  return made;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool meets(const finding& what, const expectation& wanted, const fs::path& folder) {
  const auto same = [](const std::string& number, int is) {
    return number == "*" || number == std::to_string(is);
  };
  return what.is == finding::weight::error && what.at.file &&
         fs::path{*what.at.file}.lexically_relative(folder) == wanted.file &&
         same(wanted.line, what.at.line) && same(wanted.column, what.at.column) &&
         lower(what.message).find(lower(wanted.word)) != std::string::npos;
}

void check_folder(const fs::path& folder) {
  std::size_t checked = 0;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".yaml") continue;
    const auto wanted = read_expectation(entry.path());
    findings faults;
    const auto root = read_file(entry.path(), faults);
    const auto app = root ? read_definition(*root, faults) : std::nullopt;
    if (app) CHECK_FALSE(compile(*app, faults));
    CHECK(faults.failed());
    std::string told;
    for (const auto& each : faults.all()) told += to_string(each) + "\n";
    INFO(name << " expects " << wanted.file << ":" << wanted.line << ":" << wanted.column << " "
              << wanted.word << ", told is:\n"
              << told);
    CHECK(std::any_of(faults.all().begin(), faults.all().end(),
                      [&](const finding& each) { return meets(each, wanted, folder); }));
    ++checked;
  }
  CHECK(checked > 0);
}

/// A folder of the data that the projects share, or nothing and a line that says so.
fs::path shared(const char* name) {
  const auto* set = std::getenv("QUIPU_SHARED");
  const auto root =
      set != nullptr ? fs::path{set} : fs::path{QUIPU_SOURCE_DIR}.parent_path() / "shared";
  if (fs::is_directory(root / name)) return root / name;
  std::cerr << "skipped: " << (root / name).string() << " is not there (QUIPU_SHARED)\n";
  return {};
}

} // namespace

TEST_CASE("every bad flow of the project is refused for its fault, at its place") {
  check_folder(fs::path{QUIPU_SOURCE_DIR} / "tests" / "badflows");
}

TEST_CASE("every shared bad flow is refused for its fault, at its place") {
  if (const auto folder = shared("badflows"); !folder.empty()) check_folder(folder);
}

TEST_CASE("every app of the shared flow tests is read without a fault") {
  const auto folder = shared("flowtests");
  if (folder.empty()) return;
  std::size_t checked = 0;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != ".yaml" || entry.path().parent_path().filename() == "graphs")
      continue;
    findings faults;
    auto root = read_file(entry.path(), faults);
    REQUIRE(root.ok());
    const auto* app = root->find("app");
    if (app == nullptr) continue; // parts of an app
    if (app->is_string()) {
      root = read_file(entry.path().parent_path() / app->text(), faults);
      REQUIRE(root.ok());
    }
    const auto made = read_definition(*root, faults);
    for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
    CHECK(made.has_value());
    CHECK(faults.all().empty());
    ++checked;
  }
  CHECK(checked > 0);
}
