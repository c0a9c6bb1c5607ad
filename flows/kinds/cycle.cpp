#include "flows/kinds/kind.hpp"

namespace quipu {

namespace {

void begin(stepping& now, const instance& at) { now.job().made().next.push_back(at); }

bool resume(stepping& now, const instance& at, const event& what) {
  if (what.why != cause::passed || now.job().at(at) != digit::started) return false;
  auto input = now.input(at);
  if (!input) {
    now.fail(at, status(input.error().code), input.error().message);
    return true;
  }
  const auto ancestor = now.job().above(now.rules(at).ancestor, at);
  // Who fails, or is in a job that has ended, does not go round.
  if (now.settle(at, {})) now.reenter(ancestor, *input);
  return true;
}

} // namespace

const kind cycle_kind{begin, resume};

} // namespace quipu
