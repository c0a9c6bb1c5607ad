#include "flows/schema.hpp"
#include "tests/fuzz/input.hpp"

/// SCHEMA, a line `---`, DATA: both JSON.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quipu;
  const auto [left, right] = fuzz::halves(fuzz::text_of(data, size));
  const auto written = fuzz::parsed(left);
  const auto message = fuzz::parsed(right);
  if (written.is_discarded() || message.is_discarded()) return -1;
  findings faults;
  const auto rules = schema::compile(to_tree(written), faults);
  const auto first = rules.check(message);
  const auto more = rules.check(message, 5);
  fuzz::must(first.size() <= 1 && more.size() <= 5, "no more breaches than were asked for");
  fuzz::must(first.empty() == more.empty(), "whether it fits does not depend on how many are told");
  fuzz::must(first.empty() || first == std::vector{more.front()}, "the first is the first");
  for (const auto& each : more)
    // Throws unless every text is UTF-8.
    fuzz::must(!json(to_string(each)).dump().empty(), "a breach says what");
  return 0;
}
