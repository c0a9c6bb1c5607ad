#pragma once

#include "actors/flow_test/mocks.hpp"
#include "collation/event.hpp"
#include "flows/plan.hpp"

#include <quipu/client.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A file of flow tests, as it was written (docs/flow-tests.md).
namespace quipu::flow_test {

/// An app that a test deploys: its plan, or why it has none.
struct app_file {
  std::shared_ptr<const plan> compiled;
  json source;
  std::string faults; ///< a line each
};

struct publish {
  std::string topic;
  std::string id;
  std::string app;
  json data = json::object();
};

struct advance {
  std::int64_t by_ms = 0;
};

struct signal {
  std::string topic;
  std::string id;
  std::string app;
  json data = json::object();
};

struct complete {
  completion what;
};

struct interrupt {
  std::string job;
  json how;
};

struct activate {
  app_file app;
};

struct scrub {
  std::string job;
};

/// What jobs should add up to.
struct stats_expectation {
  stats_query of;
  json is; ///< a part of what `quipu stats --json` says of the key
};

/// What should be; what is not said is not looked at.
struct expectation {
  std::map<std::string, place> at; ///< of what is expected, by its key
  std::string job;                 ///< empty: the last one published
  std::optional<std::string> state;
  std::optional<std::string> key;
  std::optional<std::string> composite;
  std::optional<std::map<std::string, std::vector<std::string>>> passes;
  std::optional<json> data;
  std::optional<json> exactly;
  std::optional<json> error;
  std::map<std::string, std::int64_t> calls;
  std::map<std::string, json> published; ///< how many, or a list of subsets
  std::optional<std::vector<std::string>> children;
  std::vector<stats_expectation> stats;
};

/// A refusal that a step must meet.
struct refusal {
  std::optional<std::int64_t> code;
  std::string message; ///< a part of it; empty: any
};

struct test_step {
  place at;
  std::string verb;
  std::variant<publish, advance, signal, complete, interrupt, activate, scrub, expectation> what;
  std::optional<refusal> refused;
};

struct test {
  std::string name;
  place at;
  std::vector<test_step> steps;
};

struct suite {
  std::string file;
  app_file app;
  mocks workers;
  std::vector<test> tests;
};

/// Reads a file of flow tests, with the apps that it names. `invalid`: `faults` says what is wrong,
/// each at its place; `not_found`: there is no such file.
[[nodiscard]] result<suite> read(const std::filesystem::path& file, findings& faults);
/// Reads a text. `name` stands for it in places; the apps that it names are looked for in `folder`.
[[nodiscard]] result<suite> read_text(std::string text, std::string name,
                                      const std::filesystem::path& folder, findings& faults);

} // namespace quipu::flow_test
