#include "flows/condition.hpp"
#include "flows/mapper/context.hpp"
#include "tests/fuzz/input.hpp"

/// RULES, a line `---`, CONTEXT: both JSON. Rules are compiled as a mapping, as `job.maps` and as a
/// condition, and evaluated.

namespace {

using namespace quipu;

constexpr fuel small{.steps = 5'000, .output_bytes = 1 << 16};
constexpr std::int64_t noon = 1'700'000'000'000;

void map(const tree& rules, const mapper::context& in, mapping::role as) {
  findings faults;
  const auto compiled = mapping::compile(rules, in, faults, as);
  const auto once = compiled.evaluate(in, small);
  const auto again = compiled.evaluate(in, small);
  fuzz::must(once.ok() == again.ok(), "evaluating twice ends alike");
  fuzz::must(!faults.failed() || compiled.literal() == nullptr, "what had a fault is no literal");
  if (!once) {
    // Throws unless every text is UTF-8.
    fuzz::must(json(once.error().message).dump().size() > 2, "a failure says why");
    return;
  }
  fuzz::must(*once == *again, "evaluating twice gives the same");
  if (!*once) return;
  // Throws unless every text is UTF-8.
  const auto text = (*once)->dump();
  fuzz::must(text.size() <= 8 * small.output_bytes, "the output is bounded");
  const auto back = json::parse(text);
  fuzz::must(same(back, **once) == same(**once, back), "equality is symmetric");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [left, right] = fuzz::halves(fuzz::text_of(data, size));
  const auto written = fuzz::parsed(left);
  auto held = fuzz::parsed(right);
  if (written.is_discarded()) return -1;
  if (held.is_discarded()) held = json::object();
  const auto rules = to_tree(written);
  const mapper::context in(held, noon);
  map(rules, in, mapping::role::value);
  map(rules, in, mapping::role::job_maps);
  findings faults;
  const auto asked = condition::compile(rules, in, faults);
  (void)asked.holds(in, small);
  (void)asked.admits(200);
  return 0;
}
