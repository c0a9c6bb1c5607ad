#include "flows/definition.hpp"
#include "flows/plan.hpp"
#include "flows/read.hpp"
#include "tests/fuzz/told.hpp"

#include <string>

/// One app file, YAML or JSON: read, checked, compiled.

namespace {

using namespace quipu;

constexpr read_limits small{.bytes = 1 << 16, .depth = 64, .aliases = 1'000, .activities = 1'000};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  findings faults;
  const auto root = read_text(std::string{fuzz::text_of(data, size)}, "app.yaml", faults, small);
  if (!root) {
    fuzz::check_told(faults);
    return 0;
  }
  const auto app = read_definition(*root, faults, small);
  const auto made = app ? compile(*app, faults) : nullptr;
  fuzz::check_told(faults);
  fuzz::must((made != nullptr) == (app && !faults.failed()), "only what has no fault is a plan");
  if (!made) return 0;
  for (const auto& flow : made->flows)
    fuzz::must(!flow.activities.empty() && flow.activities[0].size == flow.activities.size(),
               "a flow is one tree");
  // What a store keeps of it is the same app.
  findings again;
  const auto kept = read_definition(to_tree(json::parse(to_json(*root).dump())), again);
  fuzz::must(kept && compile(*kept, again) != nullptr, "what was accepted is accepted again");
  return 0;
}
