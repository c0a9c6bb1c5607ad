#include "flows/kinds/kind.hpp"

#include <fmt/format.h>

namespace quipu {

namespace {

void begin(stepping& now, const instance& at) { now.job().made().next.push_back(at); }

/// What the activity says, or what it is when it says nothing.
result<json> said(stepping& now, const instance& at, const std::optional<mapping>& rule,
                  json otherwise) {
  if (!rule) return otherwise;
  auto given = now.evaluate(*rule, at);
  if (!given) return given.error();
  return *given ? std::move(**given) : std::move(otherwise);
}

bool resume(stepping& now, const instance& at, const event& what) {
  const auto& rules = now.rules(at);
  if (what.why == cause::replied) { // the ledger's answer about another job
    const auto* owed = now.job().owed(at);
    if (owed == nullptr || owed->is != obligation::kind::called) return false;
    now.settle(at, normalized(what.what));
    return true;
  }
  if (what.why != cause::passed || now.job().at(at) != digit::started) return false;
  const auto target = said(now, at, rules.target, nullptr);
  const auto reason = said(now, at, rules.reason, "interrupted");
  const auto code = said(now, at, rules.code, 410);
  const auto throws = said(now, at, rules.throws, true);
  const auto descend = said(now, at, rules.descend, false);
  for (const auto* each : {&target, &reason, &code, &throws, &descend})
    if (!*each) {
      now.fail(at, 500, each->error().message);
      return true;
    }
  if (!target->is_null() && !target->is_string()) {
    now.fail(at, 500, fmt::format("`target` gave {}; a job's id would be right", target->dump()));
    return true;
  }
  const auto text = reason->is_string() ? reason->get<std::string>() : reason->dump();
  const auto number = code->is_number_integer() ? code->get<int>() : 410;
  interruption asked{at,
                     target->is_null() ? now.job().born().job : target->get<std::string>(),
                     text,
                     number,
                     *throws != false,
                     *descend == true};
  if (asked.job != now.job().born().job) {
    obligation owed;
    owed.is = obligation::kind::called;
    owed.attempt = 1;
    owed.since_ms = now.job().now();
    owed.child = asked.job;
    now.job().owe(at, std::move(owed));
    now.job().made().interrupts.push_back(std::move(asked));
    return true;
  }
  now.settle(at, {});
  now.interrupt(asked);
  return true;
}

} // namespace

const kind interrupt_kind{begin, resume};

} // namespace quipu
