#include "flows/step.hpp"

#include "collation/checkpoint.hpp"
#include "collation/utf8.hpp"
#include "flows/kinds/kind.hpp"
#include "flows/step/stepping.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace quipu {

namespace {

/// What a record writes for the activity that it is about, and for all: the inputs that are kept of
/// those that begin with it are bounded by `is_full`.
std::size_t weight(const record& what, const instance& about) {
  std::size_t size = 0;
  const auto add = [&size](const value& each) {
    if (each) size += each.packed().size();
  };
  for (const auto& [name, written] : what.data) add(written);
  for (const auto& [at, written] : what.written) {
    if (at == about) add(written.input);
    for (const auto* each : {&written.output, &written.hook, &written.error}) add(*each);
  }
  for (const auto& [at, said] : what.answers)
    for (const auto* each : {&said.input, &said.output, &said.hook, &said.error}) add(*each);
  return size;
}

} // namespace

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
  const auto kind = now.rules(what.at).kind;
  const bool was_put_off = what.why == cause::passed && asks(kind);
  if (was_put_off ? !now.take_up(what.at) : !kind_of(kind).resume(now, what.at, what))
    return std::nullopt;
  auto made = now.finish();
  const auto size = weight(made.what, what.at);
  if (size <= on.limits.commit_bytes) return made;
  stepping instead{on, before, what};
  instead.fail(what.at, status(fault::too_large),
               fmt::format("what it writes has {} bytes; limits.commit.bytes is {}", size,
                           on.limits.commit_bytes));
  return instead.finish();
}

outcome revive(const ground& on, const job& failed, const identity& who, const event& what) {
  record birth;
  birth.number = 1;
  birth.at_ms = on.now_ms;
  birth.why = cause::resumed;
  birth.born = who;
  birth.state = pack_state(failed);
  job before;
  if (auto folded = before.fold(birth); !folded) throw std::logic_error{folded.error().message};
  stepping now{on, before, what};
  auto& record = now.job().what();
  record.number = birth.number;
  record.born = std::move(birth.born);
  record.state = std::move(birth.state);
  record.index = failed.index();
  for (const auto& [which, pass] : before.passes())
    for (std::size_t position = 0; position < pass.digits.size(); ++position) {
      const instance at{pass.first + static_cast<std::uint32_t>(position), which.pass};
      const auto here = pass.digits.at(position);
      if (here == digit::not_applicable || !is_begun(here)) continue;
      if (before.owed(at) == nullptr)
        now.job().made().next.push_back(at);
      else
        (void)kind_of(now.rules(at).kind).resume(now, at, what);
    }
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

result<std::string> job_id(const ground& on, const json& message, std::string gid) {
  const auto& trigger = on.rules.activities.front();
  if (!trigger.job_id) return std::string{};
  const job nothing;
  draft asked{on.rules, nothing, on.now_ms};
  // Chance is drawn for this start, so that the same start asks for the same id and no other does.
  auto& who = asked.what().born.emplace();
  who.gid = std::move(gid);
  who.app = on.app.app;
  who.version = on.app.version;
  who.topic = on.rules.topic;
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
  if (!is_utf8(id))
    return failure{fault::invalid, fmt::format("a job's id is UTF-8; \"{}\" is not", escaped(id))};
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
