#include "flows/kinds/kind.hpp"

#include "collation/codes.hpp"

#include <fmt/format.h>

#include <optional>

namespace quipu {

namespace {

constexpr std::optional<int> gone = 410;

void begin(stepping& now, const instance& at) { now.job().made().next.push_back(at); }

/// What the activity says, or what it is when it says nothing.
result<json> said(stepping& now, const instance& at, const std::optional<mapping>& rule,
                  json otherwise) {
  if (!rule) return otherwise;
  auto given = now.evaluate(*rule, at);
  if (!given) return given.error();
  return *given ? std::move(**given) : std::move(otherwise);
}

/// Whose end it makes.
result<std::string> target(stepping& now, const instance& at) {
  const auto& rule = now.rules(at).target;
  if (!rule) return now.job().born().job;
  const auto given = said(now, at, rule, nullptr);
  if (!given) return given.error();
  if (given->is_null())
    return failure{fault::failed, "`target` is undefined; a job's id would be right"};
  if (!given->is_string())
    return failure{fault::failed,
                   fmt::format("`target` gave {}; a job's id would be right", given->dump())};
  return given->get<std::string>();
}

/// The end that it makes of `job`, or why it cannot be said.
result<interruption> asked(stepping& now, const instance& at, const result<std::string>& job) {
  if (!job) return job.error();
  const auto& rules = now.rules(at);
  const auto reason = said(now, at, rules.reason, "interrupted");
  const auto code = said(now, at, rules.code, nullptr);
  const auto throws = said(now, at, rules.throws, true);
  const auto descend = said(now, at, rules.descend, false);
  for (const auto* each : {&reason, &code, &throws, &descend})
    if (!*each) return each->error();
  const auto whole = code->is_null() ? gone : codes::read(*code);
  if (!whole)
    return failure{fault::failed, fmt::format("`code` gave {}; a whole number from {} to {} would "
                                              "be right",
                                              code->dump(), codes::least, codes::greatest)};
  return interruption{at,
                      *job,
                      reason->is_string() ? reason->get<std::string>() : reason->dump(),
                      *whole,
                      *throws != false,
                      *descend == true};
}

bool resume(stepping& now, const instance& at, const event& what) {
  const auto* owed = now.job().owed(at);
  if (what.why == cause::replied) { // the ledger's answer about another job
    if (owed == nullptr || owed->is != obligation::kind::called) return false;
    now.settle(at, normalized(what.what));
    return true;
  }
  const bool again = (what.why == cause::recalled || what.why == cause::resumed) && owed != nullptr;
  if (!again && (what.why != cause::passed || now.job().at(at) != digit::started)) return false;
  // Whom it has once asked the ledger to end it asks again, whatever `target` would say now.
  auto end = asked(now, at, again ? owed->child : target(now, at));
  if (!end) {
    now.fail(at, 500, end.error().message);
    return true;
  }
  if (end->job == now.job().born().job) {
    now.settle(at, {});
    now.interrupt(*end);
    return true;
  }
  obligation waits;
  waits.is = obligation::kind::called;
  waits.attempt = again ? owed->attempt + 1 : 1;
  waits.since_ms = now.job().now();
  waits.child = end->job;
  now.job().owe(at, std::move(waits));
  now.job().made().interrupts.push_back(std::move(*end));
  return true;
}

} // namespace

const kind interrupt_kind{begin, resume};

} // namespace quipu
