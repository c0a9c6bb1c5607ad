#include "flows/kinds/kind.hpp"

#include "flows/board.hpp"
#include "flows/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace quipu {

namespace {

/// How long a hook sleeps, milliseconds; 0: it does not.
result<std::int64_t> sleep_ms(stepping& now, const instance& at) {
  const auto& rules = now.rules(at);
  if (!rules.sleep) return 0;
  auto asked = now.evaluate(*rules.sleep, at);
  if (!asked) return asked.error();
  if (!*asked || (*asked)->is_null()) return 0;
  const auto& length = **asked;
  if (length.is_number()) {
    const auto ms = std::ceil(length.get<double>() * 1000);
    if (!(ms < 9e15)) return failure{fault::invalid, "`sleep` gave more seconds than there are"};
    return std::max(std::int64_t{0}, static_cast<std::int64_t>(ms));
  }
  if (!length.is_string())
    return failure{fault::invalid,
                   fmt::format("`sleep` gave {}; seconds or a duration ('1h30m') would be right",
                               length.dump())};
  auto parsed = parse_duration(length.get_ref<const std::string&>());
  if (!parsed) return parsed.error();
  return std::max<std::int64_t>(0, parsed->count());
}

/// Where signals find this hook: for each rule the list of what it expects, or each match by
/// itself; and, in a job that is measured by an index, where signals to all look.
result<std::vector<std::string>> places(stepping& now, const instance& at) {
  const auto& app = now.on().app.app;
  std::vector<std::string> found;
  for (const auto& rule : now.rules(at).rules) {
    std::vector<std::optional<json>> expected;
    if (rule.when)
      for (const auto& match : rule.when->matches) {
        auto value = now.evaluate(match.expected, at);
        if (!value) return value.error();
        if (!*value)
          return failure{fault::failed,
                         fmt::format("what the rule of \"{}\" expects is undefined", rule.topic)};
        expected.push_back(std::move(*value));
      }
    for (auto& each : boards(app, rule, expected)) found.push_back(std::move(each));
    for (const auto& [name, by] : now.job().index()) found.push_back(crowd(app, rule, name, *by));
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void begin(stepping& now, const instance& at) {
  auto length = sleep_ms(now, at);
  if (!length) return now.fail(at, 500, length.error().message);
  const auto& rules = now.rules(at).rules;
  if (*length == 0 && rules.empty()) {
    now.job().made().next.push_back(at);
    return;
  }
  auto waits = places(now, at);
  if (!waits) return now.fail(at, 500, waits.error().message);
  now.job().turn(at, digit::paused);
  obligation owed;
  owed.is = obligation::kind::wait;
  owed.since_ms = now.job().now();
  if (*length > 0) owed.due_ms = owed.since_ms + *length;
  owed.waits = std::move(*waits);
  owed.standing = now.rules(at).cycle;
  if (!rules.empty()) owed.topic = rules.front().topic;
  now.job().owe(at, std::move(owed));
}

/// Signals may go on coming to a hook that stays; its time comes once, or not at all when a signal
/// was first.
void disarm_timer(stepping& now, const instance& at, const obligation& owed) {
  if (!owed.standing || !owed.due_ms) return;
  auto still = owed;
  still.due_ms.reset();
  now.job().owe(at, std::move(still));
}

/// What a signal says that leaves the hook open belongs to the passes that it opened: whatever
/// answers the hook in the end, its time too, says something else.
void leave_to_passes(stepping& now, const instance& at) {
  const auto& passes = now.job().what().answers;
  const auto& slices = now.on().rules.slices;
  if (std::any_of(passes.begin(), passes.end(),
                  [&](const auto& each) { return slices[each.first.slice].owner == at.activity; }))
    now.job().written(at).hook = {};
}

bool resume(stepping& now, const instance& at, const event& what) {
  const auto* owed = now.job().owed(at);
  if (what.why == cause::passed) {
    if (owed != nullptr || now.job().at(at) != digit::started) return false;
    now.settle(at, {});
    return true;
  }
  if (owed == nullptr || owed->is != obligation::kind::wait) return false;
  if (what.why == cause::resumed) {
    now.job().owe(at, obligation{*owed});
    return true;
  }
  if (what.why == cause::woken) {
    if (!owed->due_ms || *owed->due_ms > now.job().now()) return false;
    disarm_timer(now, at, *owed);
    now.settle(at, {});
    return true;
  }
  if (what.why == cause::signalled) {
    const auto given = normalized(what.what);
    const auto& rules = now.rules(at);
    now.warn_of(rules.hook_schema, what.what.data, fmt::format("the signal to \"{}\"", rules.id));
    if (given.is != answer::status::pending) disarm_timer(now, at, *owed);
    now.job().written(at).hook = value{what.what.data};
    if (what.scrubs) now.job().mark(std::string{stepping::scrubs});
    now.settle(at, given);
    if (given.is == answer::status::pending) leave_to_passes(now, at);
    return true;
  }
  return false;
}

} // namespace

const kind hook_kind{begin, resume};

} // namespace quipu
