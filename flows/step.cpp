#include "flows/step.hpp"

#include "flows/kinds/kind.hpp"
#include "flows/step/stepping.hpp"

#include <fmt/format.h>

namespace quipu {

std::optional<outcome> step(const ground& on, const job& before, const event& what) {
  if (before.ended() || what.at.activity >= on.rules.activities.size()) return std::nullopt;
  stepping now{on, before, what};
  if (what.why == cause::interrupted) {
    interruption how{{}, before.born().job, "interrupted", 410, true, false};
    if (const auto& said = what.what.data; said.is_object()) {
      how.reason = said.value("reason", how.reason);
      how.code = said.value("code", how.code);
      how.throws = said.value("throw", how.throws);
      how.descend = said.value("descend", how.descend);
    }
    now.interrupt(how);
    return now.finish();
  }
  if (!is_begun(before.at(now.rules(what.at).slice, what.at))) return std::nullopt;
  if (!kind_of(now.rules(what.at).kind).resume(now, what.at, what)) return std::nullopt;
  return now.finish();
}

outcome acknowledge(const ground& on, const job& before, const event& what) {
  draft only{on.rules, before, on.now_ms};
  only.what().why = cause::acknowledged;
  only.what().at = what.at;
  only.what().mail = what.mail;
  return std::move(only.made());
}

outcome create(const ground& on, const identity& who, const value& message) {
  const job nothing;
  draft first{on.rules, nothing, on.now_ms};
  first.what().why = cause::created;
  first.what().born = who;
  first.open_fresh(0, 0);
  first.turn({}, digit::started);
  first.written({}).input = message;
  first.made().next.push_back({});
  return std::move(first.made());
}

result<std::string> job_id(const ground& on, const json& message) {
  const auto& trigger = on.rules.activities.front();
  if (!trigger.job_id) return std::string{};
  const job nothing;
  draft asked{on.rules, nothing, on.now_ms};
  asked.written({}).input = value{message};
  auto made = trigger.job_id->evaluate(view{asked, {}}, on.limits.mapping);
  if (!made)
    return failure{fault::invalid,
                   fmt::format("stats.id of \"{}\": {}", trigger.id, made.error().message)};
  if (!*made || (*made)->is_null()) return std::string{};
  if ((*made)->is_number_integer()) *made = (*made)->dump();
  if (!(*made)->is_string())
    return failure{fault::invalid,
                   fmt::format("stats.id of \"{}\" came out as {}; a text would be right",
                               trigger.id, (*made)->dump())};
  auto id = (*made)->get<std::string>();
  if (id.empty()) return id;
  if (auto fit = check_id(id, on.limits); !fit) return fit.error();
  return id;
}

result<void> check_id(std::string_view id, const step_limits& limits) {
  if (id.empty()) return failure{fault::invalid, "a job's id is not empty"};
  if (id.size() <= limits.id_bytes) return {};
  return failure{fault::invalid, fmt::format("a job's id has {} bytes; limits.id.bytes is {}",
                                             id.size(), limits.id_bytes)};
}

result<void> admit(const ground& on, const json& message) {
  if (on.app.schemas == definition::schema_mode::warn) return {};
  // The trigger's leg 1 is the caller's, so what its own schema refuses never starts.
  for (const auto* each : {&on.rules.input_schema, &on.rules.activities.front().input_schema}) {
    if (!*each) continue;
    if (const auto breaches = (*each)->check(message); !breaches.empty())
      return failure{fault::invalid, fmt::format("the message to \"{}\": {}", on.rules.topic,
                                                 to_string(breaches.front()))};
  }
  return {};
}

} // namespace quipu
