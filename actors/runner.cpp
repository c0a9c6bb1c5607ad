#include "actors/runner.hpp"

#include "actors/runner/mail_event.hpp"
#include "flows/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace quipu {

namespace {

/// Folding stops here, so that a loop of passthroughs is many commits and not one.
constexpr std::size_t folded_records = 64;
constexpr std::size_t folded_bytes = 256 << 10;
/// A step at which actors died so often is not made again: it would be for ever.
constexpr int most_lost = 5;

} // namespace

held* runner::find(const std::string& job) {
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : &found->second;
}

/// A start that is not answered is no job yet: another of its name may be ours.
held* runner::find_born(const std::string& job) {
  auto* of = find(job);
  return of == nullptr || of->request ? nullptr : of;
}

std::string_view runner::activity(const std::string& job, std::uint32_t at) const {
  const auto found = jobs_.find(job);
  if (found == jobs_.end() || at >= found->second.rules->activities.size()) return {};
  return found->second.rules->activities[at].id;
}

void runner::go_on(const std::string& job, held& of) {
  if (of.rereading || of.current || of.lost == most_lost) return;
  if (of.waiting.empty()) {
    if (of.draft) commit(job, of);
    return;
  }
  auto next = std::move(of.waiting.front());
  of.waiting.pop_front();
  next.taken = of.taken;
  const auto* owed = of.view->owed(next.at);
  if (next.why == cause::woken) next.why = cause_of_timer(owed);
  // The store has fired it: if our clock says that it is early, our clock lags.
  const bool is_due = next.due_ms && owed != nullptr && owed->due_ms == next.due_ms;
  const auto now = is_due ? std::max(now_ms_, *next.due_ms) : now_ms_;
  of.current = next;
  of.step = ++steps_;
  of.step_ms = now;
  wishes.push_back(
      wish::step{job, of.app, of.rules, of.view, std::move(next), now, terms_.limits, of.step});
}

void runner::step_lost(const std::string& job, std::uint64_t number) {
  auto* of = find(job);
  if (of == nullptr || !of->current || of->step != number) return;
  of->waiting.push_front(std::move(*of->current));
  of->current.reset();
  if (of->rereading) return read_at_rest(job, *of);
  if (++of->lost < most_lost) return go_on(job, *of);
  const auto why = fmt::format("activity \"{}\" died {} times at the same step",
                               activity(job, of->waiting.front().at.activity), most_lost);
  if (of->unborn) {
    answer_start(job, *of, failure{fault::failed, why + "; nothing was accepted"});
    return drop(job);
  }
  wishes.push_back(wish::warn{job, why + ": the job stays as it is until it is interrupted or "
                                         "another engine takes it up"});
}

void runner::stepped(const std::string& job, std::uint64_t number, std::optional<outcome> made) {
  auto* found = find(job);
  if (found == nullptr || !found->current || found->step != number) return;
  auto& of = *found;
  auto what = std::move(*of.current);
  of.current.reset();
  of.lost = 0;
  if (of.rereading) {
    of.waiting.push_front(std::move(what));
    return read_at_rest(job, of);
  }
  if (!made) {
    // A job that has ended has no mail any more: the store dropped it with the end.
    if (what.mail.empty() || of.view->ended()) {
      if (what.mail.empty() && !of.out.empty()) of.out.back().moot.push_back(std::move(what));
      return go_on(job, of);
    }
    made = acknowledge({*of.app, *of.rules, of.step_ms, terms_.limits}, *of.view, what);
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

void runner::call(const std::string& job, held& of, leg_one what) {
  of.calls.insert_or_assign({what.at, what.attempt}, what.topic);
  of.unmade.erase({what.at, what.attempt});
  wishes.push_back(wish::call{job, of.view->born().caller(), std::move(what)});
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
  see(of, got);
  go_on(job, of);
}

void runner::see(held& of, const std::vector<mail>& got) {
  for (const auto& each : got)
    if (of.mail.insert(each.id).second) of.waiting.push_back(event_of(each));
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

void runner::drop(const std::string& job) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  call_off(job, found->second, true);
  look_for_unsure(found->second);
  // Who still waits for its end has to ask whoever has it now.
  auto& askers = found->second.askers;
  std::move(askers.begin(), askers.end(), std::back_inserter(wishes));
  jobs_.erase(found);
}

void runner::forget_all() {
  const auto is_unknown = [](const std::string& job) {
    return failure{fault::unreachable,
                   fmt::format("whether job \"{}\" has begun is unknown: this engine lost its "
                               "lease; ask for the job",
                               job)};
  };
  for (auto& [job, of] : jobs_) {
    call_off(job, of, true);
    answer_start(job, of, is_unknown(job));
  }
  for (auto& each : std::exchange(displaced_, {}))
    wishes.push_back(wish::accept{each.request, is_unknown(each.job)});
  jobs_.clear();
  unread_.clear();
  unanswered_.clear();
}

} // namespace quipu
