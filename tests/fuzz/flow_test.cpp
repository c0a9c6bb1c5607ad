#include "actors/flow_test/play.hpp"
#include "actors/flow_test/suite.hpp"
#include "collation/memory_ledger.hpp"
#include "tests/fuzz/told.hpp"

/// One file of flow tests: read, and played when that takes little time.

namespace {

using namespace quipu;

/// What is asked of the reader and of its apps; folders that are not there hold no app.
constexpr std::string_view nowhere = "/nonexistent/quipu";
constexpr std::size_t most_steps = 24;
constexpr std::int64_t most_ms = 1'000;
constexpr std::size_t most_activities = 64;

bool is_short(const flow_test::app_file& app) {
  if (!app.compiled) return true;
  std::size_t count = 0;
  for (const auto& flow : app.compiled->flows) count += flow.activities.size();
  return count <= most_activities;
}

bool is_short(const flow_test::suite& all) {
  std::size_t steps = 0;
  std::int64_t passes_ms = 0;
  bool apps = is_short(all.app);
  for (const auto& test : all.tests)
    for (const auto& step : test.steps) {
      ++steps;
      if (const auto* advance = std::get_if<flow_test::advance>(&step.what)) {
        if (advance->by_ms > most_ms) return false;
        passes_ms += advance->by_ms;
      }
      if (const auto* activate = std::get_if<flow_test::activate>(&step.what))
        apps = apps && is_short(activate->app);
    }
  return apps && steps <= most_steps && passes_ms <= most_ms;
}

result<std::unique_ptr<ledger>> store(std::function<std::int64_t()> clock) {
  return std::unique_ptr<ledger>{std::make_unique<memory_ledger>(std::move(clock))};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  findings faults;
  auto read = flow_test::read_text(std::string{fuzz::text_of(data, size)}, "flow.test.yaml",
                                   nowhere, faults);
  fuzz::check_told(faults);
  fuzz::must(read.ok() == !faults.failed(), "what has no fault is a suite");
  if (!read) {
    fuzz::must(!read.error().message.empty(), "a refusal says why");
    return 0;
  }
  fuzz::must(read->app.compiled != nullptr, "a suite has its app");
  for (const auto& test : read->tests)
    for (const auto& step : test.steps)
      fuzz::must(!step.verb.empty() && step.at.line > 0, "a step says what, and has a place");
  if (!is_short(*read)) return 0;
  const auto once = flow_test::play(*read, store, true);
  const auto again = flow_test::play(*read, store, true);
  fuzz::must(once.size() == read->tests.size() && again.size() == once.size(),
             "each test is played");
  for (std::size_t at = 0; at < once.size(); ++at)
    fuzz::must(once[at].faults == again[at].faults && once[at].diary == again[at].diary,
               "a test that is played again goes as before");
  return 0;
}
