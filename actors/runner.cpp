#include "actors/runner.hpp"

#include "actors/route.hpp"
#include "collation/pack.hpp"
#include "flows/step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu {

namespace {

/// Folding stops here, so that a loop of passthroughs is many commits and not one.
constexpr std::size_t folded_records = 64;
constexpr std::size_t folded_bytes = 256 << 10;

/// What an obligation is to the store. A call that is out only its owner answers: it has a row only
/// for its timer.
std::optional<obligation_row> row_of(const flow& rules, const instance& at,
                                     const obligation& owed) {
  const bool called = owed.is == obligation::kind::called;
  if (called && !owed.due_ms) return std::nullopt;
  obligation_row row;
  row.name = name(at);
  row.body = encode(owed);
  row.answerable = !called;
  row.standing = owed.standing;
  row.due_ms = owed.due_ms;
  row.waits = owed.waits;
  row.returns = rules.activities[at.activity].slice != 0 || owed.standing;
  if (owed.is == obligation::kind::backlog) row.backlog = owed.topic;
  return row;
}

/// The end of an awaited job, as leg 2 of the await.
answer answer_of_child(const json& report) {
  const auto error = report.find("error");
  if (error == report.end() || error->is_null())
    return {answer::status::success, 200, report.value("data", json::object())};
  // What the child's error came with, as it was: errors that go up a thousand awaits do not grow.
  json data = error->value("data", json::object());
  if (!data.is_object()) data = json{{"value", std::move(data)}};
  if (!data.contains("message")) data["message"] = error->value("message", "");
  return {answer::status::error, error->value("code", 500), std::move(data)};
}

answer answer_of(const json& said) {
  const auto status = said.value("status", "success");
  answer given;
  given.is = status == "error"     ? answer::status::error
             : status == "pending" ? answer::status::pending
                                   : answer::status::success;
  given.code = said.value("code", given.is == answer::status::error     ? 500
                                  : given.is == answer::status::pending ? 202
                                                                        : 200);
  given.data = said.value("data", json());
  return given;
}

failure is_taken(const std::string& id) {
  return {fault::conflict, fmt::format("a job with the id \"{}\" is there already", id)};
}

json to_json(const interruption& what) {
  return {{"reason", what.reason},
          {"code", what.code},
          {"throw", what.throws},
          {"descend", what.descend}};
}

event event_of(const mail& got) {
  event made;
  made.mail = got.id;
  if (const auto at = parse_instance(got.obligation)) made.at = *at;
  auto body = got.body.empty() ? json() : unpack(got.body);
  if (got.kind == "signal") {
    made.why = cause::signalled;
    made.what = answer_of(body);
  } else if (got.kind == "child") {
    made.why = cause::child_ended;
    made.what = answer_of_child(body);
  } else if (got.kind == "complete") {
    made.why = cause::completed;
    made.what = answer_of(body);
  } else if (got.kind == "interrupt") {
    made.why = cause::interrupted;
    made.what.data = std::move(body);
  } else if (got.kind == "served") {
    made.why = cause::served;
  } else {
    made.why = cause::woken; // a timer; what it means, its obligation says when its turn comes
  }
  return made;
}

/// What the time that has come means for what is owed now.
cause cause_of_timer(const obligation* owed) {
  if (owed == nullptr) return cause::woken;
  switch (owed->is) {
  case obligation::kind::retry: return cause::retried;
  case obligation::kind::called:
  case obligation::kind::backlog: return cause::timed_out;
  default: return cause::woken;
  }
}

} // namespace

held* runner::find(const std::string& job) {
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : &found->second;
}

std::string_view runner::activity(const std::string& job, std::uint32_t at) const {
  const auto found = jobs_.find(job);
  if (found == jobs_.end() || at >= found->second.rules->activities.size()) return {};
  return found->second.rules->activities[at].id;
}

void runner::start(std::uint64_t request, const std::string& topic, const std::string& app,
                   std::string id, json message, std::string gid, bool has_room) {
  const auto refuse = [&](failure why) { wishes.push_back(wish::accept{request, std::move(why)}); };
  auto found = plans_.active(topic, app);
  if (!found) return refuse(found.error());
  const auto& plan = *found;
  const ground on{*plan, *plan->find(topic), now_ms_, terms_.limits};
  if (auto admitted = admit(on, message); !admitted) return refuse(admitted.error());
  auto named = job_id(on, message);
  if (!named) return refuse(named.error());
  if (!named->empty()) id = *named;
  if (auto fit = check_id(id, terms_.limits); !fit) return refuse(fit.error());
  if (find(id) != nullptr) return refuse(is_taken(id));

  identity who;
  who.job = id;
  who.gid = std::move(gid);
  who.app = plan->app;
  who.version = plan->version;
  who.topic = topic;
  who.slices = static_cast<std::uint32_t>(on.rules.slices.size());
  who.history = terms_.history;
  held made;
  made.app = plan;
  made.rules = &on.rules;
  made.request = request;
  made.has_room = has_room;
  auto& of = jobs_.emplace(id, std::move(made)).first->second;
  conceive(id, of, who, value{std::move(message)});
}

/// Makes the job's first commit: its birth, and the trigger folded into it.
void runner::conceive(const std::string& job, held& of, const identity& who, const value& message) {
  of.view = std::make_shared<quipu::job>();
  of.at = {};
  of.unborn = birth{
      job, who.gid, who.app, who.version, who.topic, {}, now_ms_, of.has_room ? mine_ : 0, {}};
  of.draft.emplace();
  add(of, *of.draft, create({*of.app, *of.rules, now_ms_, terms_.limits}, who, message));
  if (!of.has_room) return commit(job, of);
  of.draft->made.back().next.clear();
  of.waiting.push_back({cause::begun, {}, 0, {}, {}, {}});
  go_on(job, of);
}

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

void runner::go_on(const std::string& job, held& of) {
  if (of.rereading || of.current) return;
  if (of.waiting.empty()) {
    if (of.draft) commit(job, of);
    return;
  }
  auto next = std::move(of.waiting.front());
  of.waiting.pop_front();
  if (next.why == cause::woken) next.why = cause_of_timer(of.view->owed(next.at));
  next.taken = of.taken;
  of.current = next;
  wishes.push_back(
      wish::step{job, of.app, of.rules, of.view, std::move(next), now_ms_, terms_.limits});
}

void runner::step_lost(const std::string& job) {
  auto* of = find(job);
  if (of == nullptr || !of->current) return;
  of->waiting.push_front(std::move(*of->current));
  of->current.reset();
  go_on(job, *of);
}

void runner::stepped(const std::string& job, std::optional<outcome> made) {
  auto* found = find(job);
  if (found == nullptr || !found->current) return;
  auto& of = *found;
  auto what = std::move(*of.current);
  of.current.reset();
  if (of.rereading) {
    of.waiting.push_front(std::move(what));
    if (of.out.empty()) wishes.push_back(wish::read{job});
    return;
  }
  if (!made) {
    // A job that has ended has no mail any more: the store dropped it with the end.
    if (what.mail.empty() || of.view->ended()) return go_on(job, of);
    made = acknowledge({*of.app, *of.rules, now_ms_, terms_.limits}, *of.view, what);
  }
  if (!of.draft) {
    of.draft.emplace();
    of.draft->stands_on = of.at;
    of.draft->first = std::move(what);
  }
  auto& draft = *of.draft;
  add(of, draft, std::move(*made));
  // A passthrough is folded only while nothing else of the job wants its turn, no timer either.
  auto& next = draft.made.back().next;
  draft.next.insert(draft.next.end(), next.begin(), next.end());
  next.clear();
  const auto is_due = [this](const auto& owed) {
    return owed.second.due_ms && *owed.second.due_ms <= now_ms_;
  };
  const auto& owed = of.view->obligations();
  // Nor while somebody is to be asked: he is asked first.
  const auto asks = [](const outcome& each) {
    return !each.calls.empty() || !each.children.empty() || !each.interrupts.empty();
  };
  if (!draft.next.empty() && of.waiting.empty() && draft.made.size() < folded_records &&
      draft.bytes < folded_bytes && std::none_of(owed.begin(), owed.end(), is_due) &&
      std::none_of(draft.made.begin(), draft.made.end(), asks)) {
    const auto at = draft.next.front();
    draft.next.pop_front();
    of.waiting.push_back({cause::passed, at, 0, {}, {}, {}});
    return go_on(job, of);
  }
  commit(job, of);
  go_on(job, of);
}

birth runner::give_birth(const plan& app, const offspring& child, bool mine, promised& with) const {
  const auto& rules = *app.find(child.who.topic);
  const ground on{app, rules, now_ms_, terms_.limits};
  auto made = create(on, child.who, child.message);
  birth born;
  born.job = child.who.job;
  born.gid = child.who.gid;
  born.app = child.who.app;
  born.version = child.who.version;
  born.topic = child.who.topic;
  born.parent = child.who.parent;
  born.created_ms = now_ms_;
  born.owner = mine ? mine_ : 0;
  auto view = std::make_shared<quipu::job>();
  delta touched;
  if (auto folded = view->fold(made.what, &touched); !folded)
    throw std::logic_error{folded.error().message};
  const auto bytes = encode(made.what);
  born.first.makes = chain(bytes, {});
  if (auto stored = history_entry(made.what, bytes, child.who.history))
    born.first.records.push_back(std::move(*stored));
  view->fields(touched, born.first.set, born.first.unset);
  if (mine) with.children.push_back({born.job, &rules, std::move(view), born.first.makes});
  return born;
}

void runner::commit(const std::string& job, held& of) {
  auto draft = std::move(*of.draft);
  of.draft.reset();
  auto& what = draft.what;
  const auto& who = of.view->born();
  promised after;
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
      what.children.push_back(give_birth(*of.app, child, jobs_.size() < room, after));
    for (auto& notice : made.notices)
      what.publications.push_back({who.app, std::move(notice.topic), job, pack(notice.body)});
    if (made.report) {
      if (!who.parent.empty() && !who.severed)
        what.posts.push_back(
            {who.parent, {who.gid + "!", "child", name(who.parent_at), pack(*made.report)}, false});
      after.report = std::move(made.report);
    }
    if (made.what.end)
      what.ended = end_mark{made.what.end->state, made.what.at_ms, made.expires_ms};
    if (made.expires_ms)
      after.alarm = std::min(after.alarm.value_or(*made.expires_ms), *made.expires_ms);
  }
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

void runner::started(const std::string& job, const result<receipt>& answer) {
  auto* of = find(job);
  if (of == nullptr || of->out.empty()) return;
  if (!answer && answer.error().code == fault::taken) {
    // A child's id: the await learns of it, and the job is born without that child.
    of->taken.insert(answer.error().message);
    of->out.clear();
    const auto born = of->view;
    return conceive(job, *of, born->born(), born->at(instance{})->input);
  }
  const auto request = of->request;
  of->request.reset();
  if (request) {
    auto told = answer ? result<std::string>{job} : result<std::string>{answer.error()};
    if (!answer && answer.error().code == fault::conflict) told = is_taken(answer.error().message);
    wishes.push_back(wish::accept{*request, std::move(told)});
  }
  if (!answer) return drop(job);
  receive(job, *of, *answer);
}

void runner::committed(const std::string& job, const result<receipt>& answer) {
  auto* of = find(job);
  if (of == nullptr || of->out.empty()) return;
  if (answer && !of->rereading) return receive(job, *of, *answer);
  // What led to a refused commit is not lost: mail comes again with the reading, the rest waits for
  // it.
  if (!answer) {
    if (answer.error().code == fault::taken) of->taken.insert(answer.error().message);
    if (of->out.front().cause.mail.empty() && of->out.front().cause.why != cause::passed)
      of->refused.push_back(std::move(of->out.front().cause));
  }
  of->out.pop_front();
  of->rereading = true;
  if (of->draft && of->draft->first.mail.empty() && of->draft->first.why != cause::passed)
    of->refused.push_back(std::move(of->draft->first));
  of->draft.reset();
  if (of->out.empty() && !of->current) wishes.push_back(wish::read{job});
}

void runner::receive(const std::string& job, held& of, const receipt& got) {
  auto now = std::move(of.out.front());
  of.out.pop_front();
  for (const auto& id : now.consumed) of.mail.erase(id);
  if (now.alarm) wishes.push_back(wish::alarm{*now.alarm});
  if (now.report) wishes.push_back(wish::tell{job, std::move(*now.report)});
  std::vector<std::string> begun;
  for (auto& child : now.children) {
    held made;
    made.app = of.app;
    made.rules = child.rules;
    made.view = std::move(child.view);
    made.at = child.at;
    made.waiting.push_back({cause::begun, {}, 0, {}, {}, {}});
    if (jobs_.try_emplace(child.job, std::move(made)).second) begun.push_back(child.job);
  }
  call_off(job, of, false);
  if (got.owned) {
    for (auto& call : now.calls) {
      const auto* owed = of.view->owed(call.at);
      if (owed == nullptr || owed->is != obligation::kind::called || owed->attempt != call.attempt)
        continue;
      this->call(job, of, std::move(call));
    }
    for (auto& asked : now.interrupts) {
      const auto* owed = of.view->owed(asked.at);
      if (owed == nullptr || owed->is != obligation::kind::called) continue;
      of.calls.insert({{asked.at, owed->attempt}, {}});
      wishes.push_back(wish::interrupt{job, owed->attempt, std::move(asked)});
    }
    for (const auto& at : now.next) of.waiting.push_back({cause::passed, at, 0, {}, {}, {}});
    deliver(job, of, got.mail);
  } else if (of.out.empty()) {
    // It has ended, or rests: whoever gets mail for it takes it up.
    drop(job);
  }
  for (const auto& child : begun)
    if (auto* made = find(child)) go_on(child, *made);
}

void runner::call(const std::string& job, held& of, leg_one what) {
  of.calls.insert_or_assign({what.at, what.attempt}, what.topic);
  wishes.push_back(wish::call{job, of.view->born().gid, std::move(what)});
}

/// Calls off the attempts that nothing waits for any more: timed out, their job has ended, or (`all`) it is not ours.
void runner::call_off(const std::string& job, held& of, bool all) {
  std::erase_if(of.calls, [&](const auto& each) {
    const auto& [attempt, topic] = each;
    const auto* owed = all ? nullptr : of.view->owed(attempt.first);
    if (owed != nullptr && owed->is == obligation::kind::called && owed->attempt == attempt.second)
      return false;
    if (!topic.empty()) wishes.push_back(wish::cancel{job, topic, attempt.first, attempt.second});
    return true;
  });
}

void runner::deliver(const std::string& job, held& of, const std::vector<mail>& got) {
  for (const auto& each : got)
    if (of.mail.insert(each.id).second) of.waiting.push_back(event_of(each));
  go_on(job, of);
}

void runner::replied(const std::string& job, const instance& at, std::uint32_t attempt,
                     answer given) {
  auto* of = find(job);
  if (of == nullptr || of->calls.erase({at, attempt}) == 0) return;
  event made;
  made.why = cause::replied;
  made.at = at;
  made.attempt = attempt;
  made.what = std::move(given);
  of->waiting.push_back(std::move(made));
  go_on(job, *of);
}

void runner::shelve(const std::string& job, const instance& at, std::uint32_t attempt) {
  auto* of = find(job);
  if (of == nullptr || of->calls.erase({at, attempt}) == 0) return;
  event made;
  made.why = cause::shelved;
  made.at = at;
  made.attempt = attempt;
  of->waiting.push_back(std::move(made));
  go_on(job, *of);
}

bool runner::load(const snapshot& what, held& into) {
  into.app = plans_.find(what.app, what.version);
  into.rules = into.app ? into.app->find(what.topic) : nullptr;
  auto view = quipu::job::load(what);
  if (into.rules == nullptr || !view) {
    wishes.push_back(wish::warn{
        what.job, view ? fmt::format("its definition, app \"{}\" version \"{}\", is not known here",
                                     what.app, what.version)
                       : view.error().message});
    return false;
  }
  into.view = std::make_shared<quipu::job>(std::move(*view));
  into.at = what.at;
  into.mail.clear();
  return true;
}

void runner::took(const snapshot& what, bool dead) {
  held made;
  if (!load(what, made)) return;
  jobs_.erase(what.job);
  auto& of = jobs_.emplace(what.job, std::move(made)).first->second;
  resume(what.job, of, what.mail, dead);
}

void runner::resume(const std::string& job, held& of, const std::vector<mail>& got, bool dead) {
  // Steps that were to be made: 8 without anything it waits for.
  if (of.view->begun() > of.view->obligations().size())
    for (const auto& [pass, stored] : of.view->passes())
      for (std::size_t position = 0; position < stored.digits.size(); ++position) {
        const instance at{stored.first + static_cast<std::uint32_t>(position), pass.pass};
        if (stored.digits.at(position) == digit::started && of.view->owed(at) == nullptr)
          of.waiting.push_back(
              {at.activity == 0 ? cause::begun : cause::passed, at, 0, {}, {}, {}});
      }
  for (const auto& [at, owed] : of.view->obligations()) {
    if (owed.is != obligation::kind::called || of.calls.count({at, owed.attempt}) > 0) continue;
    const auto is_answered = [&at = at, &owed = owed](const event& waits) {
      return waits.why == cause::replied && waits.at == at && waits.attempt == owed.attempt;
    };
    if (std::any_of(of.waiting.begin(), of.waiting.end(), is_answered)) continue;
    const auto kind = of.rules->activities[at.activity].kind;
    if (dead || kind == activity_kind::interrupt) {
      event again;
      again.why = cause::recalled;
      again.at = at;
      of.waiting.push_back(std::move(again));
    } else if (auto call = call_of({*of.app, *of.rules, now_ms_, terms_.limits}, *of.view, at)) {
      this->call(job, of, std::move(*call));
    }
  }
  deliver(job, of, got);
}

void runner::seized(const snapshot& what, json how) {
  event end;
  end.why = cause::interrupted;
  end.what.data = std::move(how);
  if (auto* of = find(what.job); of != nullptr && of->view && !of->view->ended()) {
    of->waiting.push_front(std::move(end));
    return go_on(what.job, *of);
  }
  held made;
  if (!load(what, made)) return;
  made.waiting.push_back(std::move(end));
  auto& of = jobs_.insert_or_assign(what.job, std::move(made)).first->second;
  go_on(what.job, of);
}

void runner::popped(const std::string& job, const std::vector<mail>& got) {
  if (auto* of = find(job))
    deliver(job, *of, got);
  else
    wishes.push_back(wish::read{job});
}

void runner::reread(const std::string& job, const result<snapshot>& answer) {
  auto* of = find(job);
  const bool is_mine = answer && answer->owner == mine_ && answer->state == "running";
  if (of == nullptr) {
    if (is_mine) took(*answer, false);
    return;
  }
  if (!of->rereading) return;
  if (!is_mine || !load(*answer, *of)) return drop(job);
  of->rereading = false;
  for (auto refused = of->refused.rbegin(); refused != of->refused.rend(); ++refused)
    of->waiting.push_front(std::move(*refused));
  of->refused.clear();
  std::erase_if(of->waiting, [](const event& each) {
    return !each.mail.empty() || each.why == cause::passed || each.why == cause::begun;
  });
  resume(job, *of, answer->mail, false);
}

void runner::drop(const std::string& job) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  call_off(job, found->second, true);
  jobs_.erase(found);
}

void runner::forget_all() {
  for (auto& [job, of] : jobs_) call_off(job, of, true);
  jobs_.clear();
}

} // namespace quipu
