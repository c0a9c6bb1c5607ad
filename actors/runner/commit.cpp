#include "actors/route.hpp"
#include "actors/runner.hpp"
#include "actors/runner/mail_event.hpp"
#include "actors/runner/obligation_row.hpp"
#include "collation/canonical.hpp"
#include "collation/pack.hpp"
#include "flows/kinds/kind.hpp"

#include <fmt/format.h>

#include <algorithm>

/// What the steps of a job have decided becomes one commit, and goes out with its receipt.
namespace quipu {

namespace {

/// How many checkpoints are made while a job makes as many records as it keeps.
constexpr std::uint64_t segments = 8;

} // namespace

void runner::add(held& of, building& to, outcome made) {
  auto bytes = encode(made.what);
  of.at = chain(bytes, of.at);
  to.bytes += bytes.size();
  to.what.makes = of.at;
  if (of.view.use_count() > 1) of.view = std::make_shared<quipu::job>(*of.view);
  if (auto folded = of.view->fold(made.what, &to.touched); !folded)
    throw std::logic_error{folded.error().message};
  if (auto stored = history_entry(made.what, bytes, of.view->born().history))
    to.what.records.push_back(std::move(*stored));
  for (const auto& [at, owed] : made.what.owed)
    to.rows.insert_or_assign(name(at), owed ? row_of(*of.rules, at, *owed) : std::nullopt);
  if (!made.what.mail.empty()) to.consumed.push_back(made.what.mail);
  for (auto& warning : made.warnings)
    wishes.push_back(wish::warn{of.view->born().job, std::move(warning)});
  to.made.push_back(std::move(made));
}

void runner::commit(const std::string& job, held& of) {
  auto draft = std::move(*of.draft);
  of.draft.reset();
  auto& what = draft.what;
  const auto& who = of.view->born();
  promised after;
  after.makes = what.makes;
  after.cause = std::move(draft.first);
  after.next.assign(draft.next.begin(), draft.next.end());
  of.view->fields(draft.touched, what.set, what.unset);
  for (auto& [name, row] : draft.rows) {
    if (row) {
      if (row->due_ms) after.alarm = std::min(after.alarm.value_or(*row->due_ms), *row->due_ms);
      what.obligations.push_back(std::move(*row));
    } else {
      what.settled.push_back(name);
    }
  }
  const auto move_all = [](auto& from, auto& to) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  for (auto& made : draft.made) {
    move_all(made.calls, after.calls);
    for (const auto& sent : made.signals) {
      auto mail = fmt::format("{}/{}/{}", who.gid, name(sent.at), made.what.number);
      if (auto row = to_store(plans_, who.app, sent, std::move(mail), now_ms_))
        what.signals.push_back(std::move(*row));
    }
    for (const auto& each : made.below)
      what.posts.push_back(
          {each.job, {who.gid + "/end", "interrupt", {}, pack(to_json(each))}, false});
    move_all(made.interrupts, after.interrupts);
    for (const auto& child : made.children)
      what.children.push_back(give_birth(*of.app, child, has_room(), after));
    for (auto& notice : made.notices)
      what.publications.push_back({who.app, std::move(notice.topic), job, pack(notice.body)});
    if (made.report) {
      if (!who.parent.empty() && !who.severed)
        what.posts.push_back(
            {who.parent, {who.gid + "!", "child", name(who.parent_at), pack(*made.report)}, false});
      after.report = std::move(made.report);
    }
    for (const auto& [name, by] : made.what.index) what.index.push_back({name, index_text(*by)});
    if (made.measured) {
      what.measured = std::move(made.measured);
      if (terms_.stats_keep.count() > 0)
        what.measured->until_ms = made.what.at_ms + terms_.stats_keep.count();
    }
    for (auto& [at, said] : made.what.attributes)
      after.traces.push_back({job, of.rules->activities[at.activity].id, at.pass, std::move(said)});
    if (made.what.end)
      what.ended = end_mark{made.what.end->state, made.what.at_ms, made.expires_ms};
    if (made.expires_ms)
      after.alarm = std::min(after.alarm.value_or(*made.expires_ms), *made.expires_ms);
  }
  after.records = of.view->records();
  after.made = draft.made.size();
  what.gives_back = !of.view->ended() && !of.view->busy() && of.waiting.empty();
  of.out.push_back(std::move(after));
  if (of.unborn) {
    of.unborn->first = std::move(what);
    wishes.push_back(wish::start{std::move(*of.unborn)});
    of.unborn.reset();
  } else {
    of.out.back().consumed = draft.consumed;
    wishes.push_back(
        wish::commit{{job, mine_, draft.stands_on, std::move(draft.consumed), std::move(what)}});
  }
}

void runner::committed(const std::string& job, const head& made, const result<receipt>& answer) {
  auto* of = find(job);
  if (of == nullptr || of->out.empty() || of->out.front().makes != made) return;
  if (answer && !of->rereading) return receive(job, *of, *answer);
  refuse(*of, answer);
  mistrust(job, *of);
}

/// The oldest commit that is out has no effect, or one that is not known. What led to it is not lost:
/// mail comes again with the reading, the rest waits for it.
void runner::refuse(held& of, const result<receipt>& answer) {
  auto gone = std::move(of.out.front());
  of.out.pop_front();
  if (!answer) {
    if (answer.error().code == fault::taken) of.taken.insert(answer.error().message);
    if (gone.cause.mail.empty() && gone.cause.why != cause::passed)
      of.refused.push_back(std::move(gone.cause));
    std::move(gone.moot.begin(), gone.moot.end(), std::back_inserter(of.refused));
  }
  if (answer || answer.error().code == fault::unreachable)
    for (const auto& call : gone.calls) of.unmade.emplace(call.at, call.attempt);
  for (auto& child : gone.children) of.unsure.insert(std::move(child.job));
}

/// Children of commits of which nobody knows here: the store does.
void runner::look_for_unsure(const held& of) {
  for (const auto& child : of.unsure)
    if (find_born(child) == nullptr) wishes.push_back(wish::read{child});
}

/// What is known here of a job may not be so: it is read anew.
void runner::mistrust(const std::string& job, held& of) {
  of.rereading = true;
  if (of.draft && of.draft->first.mail.empty() && of.draft->first.why != cause::passed)
    of.refused.push_back(std::move(of.draft->first));
  of.draft.reset();
  read_at_rest(job, of);
}

/// As soon as nothing of it is under way: whatever ends last asks.
void runner::read_at_rest(const std::string& job, const held& of) {
  if (of.out.empty() && !of.current) wishes.push_back(wish::read{job});
}

/// What a job has beyond the records that it keeps becomes a checkpoint, a segment at a time.
void runner::keep_short(const std::string& job, const held& of, const promised& now) {
  if (of.view->born().history == history_mode::off) return;
  const auto segment = std::max<std::uint64_t>(1, terms_.records / segments);
  const auto beyond = [&](std::uint64_t records) {
    return records <= terms_.records ? 0 : (records - terms_.records) / segment * segment;
  };
  if (const auto upto = beyond(now.records); upto > beyond(now.records - now.made))
    wishes.push_back(wish::condense{job, upto});
}

/// The children that began with a commit and are ours; their names.
std::vector<std::string> runner::adopt(const held& of, promised& now) {
  std::vector<std::string> begun;
  for (auto& child : now.children) {
    held made;
    made.app = of.app;
    made.rules = child.rules;
    made.view = std::move(child.view);
    made.at = child.at;
    made.waiting.push_back({cause::begun, {}, 0, {}, {}, {}});
    if (find_born(child.job) != nullptr) continue;
    replace(child.job, made);
    jobs_.emplace(child.job, std::move(made));
    begun.push_back(child.job);
  }
  return begun;
}

/// What a commit that is written asks others for, and the steps that it put off.
void runner::send_out(const std::string& job, held& of, promised& now) {
  for (auto& call : now.calls) {
    const auto* owed = of.view->owed(call.at);
    if (owed != nullptr && owed->is == obligation::kind::called && owed->attempt == call.attempt)
      this->call(job, of, std::move(call));
    else // it has come to its end by a commit that may be refused
      of.unmade.emplace(call.at, call.attempt);
  }
  for (auto& asked : now.interrupts) {
    const auto* owed = of.view->owed(asked.at);
    if (owed == nullptr || owed->is != obligation::kind::called) continue;
    of.calls.insert({{asked.at, owed->attempt}, {}});
    wishes.push_back(wish::interrupt{job, owed->attempt, std::move(asked)});
  }
  // What was put off belongs to the commit that was too large for it: before all else.
  for (const auto& at : now.next) {
    event passed{at.activity == 0 ? cause::begun : cause::passed, at, 0, {}, {}, {}};
    if (asks(of.rules->activities[at.activity].kind))
      of.waiting.push_front(std::move(passed));
    else
      of.waiting.push_back(std::move(passed));
  }
}

void runner::receive(const std::string& job, held& of, const receipt& got) {
  auto now = std::move(of.out.front());
  of.out.pop_front();
  for (const auto& id : now.consumed) of.mail.erase(id);
  of.unsure.clear(); // what stood where this one does can have no effect any more
  keep_short(job, of, now);
  if (now.alarm) wishes.push_back(wish::alarm{*now.alarm});
  for (auto& each : now.traces) wishes.push_back(std::move(each));
  if (now.report) wishes.push_back(wish::tell{job, std::move(*now.report)});
  const auto begun = adopt(of, now);
  if (of.out.empty() && !of.draft) { // else the view has what may be refused
    of.unmade.clear();
    call_off(job, of, false);
  }
  if (got.owned) {
    send_out(job, of, now);
    deliver(job, of, got.mail);
  } else if (of.out.empty()) {
    // It has ended, or rests: whoever gets mail for it takes it up.
    if (now.cause.why == cause::interrupted && now.cause.mail.empty())
      answer_askers(of, {answer::status::success, 200, json::object()});
    drop(job);
  }
  for (const auto& child : begun)
    if (auto* made = find(child)) go_on(child, *made);
}

} // namespace quipu
