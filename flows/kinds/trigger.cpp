#include "flows/kinds/kind.hpp"
#include "flows/measure.hpp"

namespace quipu {

namespace {

// Leg 1 was the caller's.
void begin(stepping&, const instance&) {}

bool resume(stepping& now, const instance& at, const event& what) {
  if (what.why != cause::begun) return false;
  const auto message = now.job().input(at);
  now.settle(at, {}, now.rules(at).output ? message : value{});
  take_measures(now);
  return true;
}

} // namespace

const kind trigger_kind{begin, resume};

} // namespace quipu
