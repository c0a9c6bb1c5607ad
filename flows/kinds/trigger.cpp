#include "flows/kinds/kind.hpp"
#include "flows/measure.hpp"

#include <fmt/format.h>

namespace quipu {

namespace {

// Leg 1 was the caller's.
void begin(stepping&, const instance&) {}

bool resume(stepping& now, const instance& at, const event& what) {
  if (what.why != cause::begun) return false;
  const auto message = now.job().input(at);
  const auto where = fmt::format("the message to \"{}\"", now.on().rules.topic);
  for (const auto* each : {&now.on().rules.input_schema, &now.rules(at).input_schema})
    now.warn_of(*each, *message, where);
  now.settle(at, {}, now.rules(at).output ? message : value{});
  take_measures(now);
  return true;
}

} // namespace

const kind trigger_kind{begin, resume};

} // namespace quipu
