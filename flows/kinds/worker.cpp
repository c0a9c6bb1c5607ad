#include "flows/kinds/kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace quipu {

namespace {

/// Errors that calling again cannot mend, unless the flow says otherwise by code.
bool is_final(int code) { return code == 404 || code == 409 || code == 410 || code == 422; }

const backoff* policy(const activity& rules, int code) {
  if (!rules.retry) return nullptr;
  for (const auto& [named, wait] : rules.retry->by_code)
    if (named == code) return &wait;
  return rules.retry->any && !is_final(code) ? &*rules.retry->any : nullptr;
}

std::int64_t wait_ms(const backoff& by, std::uint32_t attempt) {
  if (by.initial.count() == 0) return 0; // however often it is doubled, even beyond all numbers
  const auto wait = static_cast<double>(by.initial.count()) * std::pow(by.factor, attempt - 1);
  return static_cast<std::int64_t>(std::min(wait, static_cast<double>(by.max.count())));
}

/// Attempt `number`, which begins now: its time runs from here, through the backlog too.
obligation attempt(stepping& now, const instance& at, std::uint32_t number, std::string topic) {
  const auto& rules = now.rules(at);
  obligation owed;
  owed.is = obligation::kind::called;
  owed.attempt = number;
  owed.since_ms = now.job().now();
  owed.topic = std::move(topic);
  if (rules.timeout) owed.due_ms = owed.since_ms + rules.timeout->count();
  return owed;
}

/// Makes an attempt go out with the receipt of this commit.
void call(stepping& now, const instance& at, obligation owed, value input) {
  now.job().made().calls.push_back({at, now.rules(at).id, owed.topic, owed.attempt, owed.due_ms,
                                    std::move(input), owed.deaths >= suspect_calls});
  now.job().owe(at, std::move(owed));
}

/// What was sent: as it is kept, or mapped again from the same data. That may fail, with limits
/// that are lower now.
result<value> sent(const ground& on, const job& before, const instance& at) {
  if (const auto* stored = before.at(at); stored != nullptr && stored->input) return stored->input;
  const event none;
  return stepping{on, before, none}.input(at);
}

/// Makes an attempt go out that asks what was asked before.
void call_again(stepping& now, const instance& at, obligation owed) {
  auto input = sent(now.on(), now.job().before(), at);
  if (!input) return now.fail(at, status(input.error().code), input.error().message);
  call(now, at, std::move(owed), std::move(*input));
}

void begin(stepping& now, const instance& at) {
  auto topic = now.topic(at);
  if (!topic) return now.fail(at, 500, topic.error().message);
  auto input = now.input(at);
  if (!input) return now.fail(at, status(input.error().code), input.error().message);
  call(now, at, attempt(now, at, 1, std::move(*topic)), std::move(*input));
}

/// An attempt has ended in an error: once more after a while, or it is the activity's.
void give_up(stepping& now, const instance& at, const answer& given, const obligation& owed) {
  const auto* again = policy(now.rules(at), given.code);
  if (again == nullptr || owed.attempt >= again->attempts) {
    now.settle(at, given);
    return;
  }
  obligation next;
  next.is = obligation::kind::retry;
  next.attempt = owed.attempt + 1;
  next.since_ms = now.job().now();
  next.due_ms = next.since_ms + wait_ms(*again, owed.attempt);
  next.topic = owed.topic;
  auto& written = now.job().written(at);
  written.code = given.code;
  written.at_ms = now.job().now();
  now.job().owe(at, std::move(next));
}

void reply(stepping& now, const instance& at, const answer& given, const obligation& owed) {
  if (given.is == answer::status::error) return give_up(now, at, given, owed);
  if (given.is == answer::status::pending) {
    obligation open;
    open.is = obligation::kind::pending;
    open.attempt = owed.attempt;
    open.since_ms = owed.is == obligation::kind::pending ? owed.since_ms : now.job().now();
    open.topic = owed.topic;
    now.job().owe(at, std::move(open));
  }
  const value said{given.data.is_null() ? json::object() : given.data};
  // A reply that breaks its schema is asked for again where the flow says so for 422.
  if (given.is == answer::status::success && now.enforces() &&
      policy(now.rules(at), 422) != nullptr)
    if (auto fit = now.check_output(at, given, said); !fit)
      return give_up(now, at, {answer::status::error, 422, json{{"message", fit.error().message}}},
                     owed);
  now.settle(at, given, said);
}

bool resume(stepping& now, const instance& at, const event& what) {
  const auto* found = now.job().owed(at);
  if (found == nullptr) return false;
  const auto owed = *found;
  using kind = obligation::kind;
  switch (what.why) {
  case cause::replied:
    if (owed.is != kind::called || owed.attempt != what.attempt) return false;
    reply(now, at, normalized(what.what), owed);
    return true;
  case cause::completed:
    if (owed.is != kind::pending) return false;
    reply(now, at, normalized(what.what), owed);
    return true;
  case cause::timed_out:
    // The whole time of an attempt, waiting for a worker included; a pending one has replied in
    // time.
    if ((owed.is != kind::called && owed.is != kind::backlog) || !owed.due_ms ||
        *owed.due_ms > now.job().now())
      return false;
    give_up(now, at,
            {answer::status::error, 504,
             json{{"message", fmt::format("no reply to attempt {} within {} ms", owed.attempt,
                                          *owed.due_ms - owed.since_ms)}}},
            owed);
    return true;
  case cause::retried:
    if (owed.is != kind::retry || *owed.due_ms > now.job().now()) return false;
    call_again(now, at, attempt(now, at, owed.attempt, owed.topic));
    return true;
  case cause::served: {
    if (owed.is != kind::backlog) return false;
    auto called = owed; // the same attempt, whose time has run while it waited
    called.is = kind::called;
    call_again(now, at, std::move(called));
    return true;
  }
  case cause::shelved: {
    if (owed.is != kind::called || owed.attempt != what.attempt) return false;
    auto shelved = owed;
    shelved.is = kind::backlog;
    now.job().owe(at, std::move(shelved));
    return true;
  }
  case cause::recalled: {
    if (owed.is != kind::called) return false;
    if (owed.deaths + 1 >= fatal_calls) {
      now.settle(at, {answer::status::error, 500,
                      json{{"message", fmt::format("the node died {} times while this call was out",
                                                   owed.deaths + 1)}}});
      return true;
    }
    auto again = attempt(now, at, owed.attempt + 1, owed.topic);
    again.deaths = owed.deaths + 1;
    if (again.deaths < suspect_calls) {
      call_again(now, at, std::move(again));
      return true;
    }
    again.is = kind::backlog; // until it is its turn to run alone
    now.job().owe(at, std::move(again));
    return true;
  }
  case cause::resumed: call_again(now, at, attempt(now, at, 1, owed.topic)); return true;
  default: return false;
  }
}

} // namespace

const kind worker_kind{begin, resume};

std::optional<leg_one> call_of(const ground& on, const job& before, const instance& at) {
  const auto* owed = before.owed(at);
  if (owed == nullptr) return std::nullopt;
  auto input = sent(on, before, at);
  if (!input) return std::nullopt;
  return leg_one{at,
                 on.rules.activities[at.activity].id,
                 owed->topic,
                 owed->attempt,
                 owed->due_ms,
                 std::move(*input),
                 owed->deaths >= suspect_calls};
}

} // namespace quipu
