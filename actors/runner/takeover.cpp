#include "actors/runner.hpp"
#include "actors/runner/mail_event.hpp"
#include "flows/fit.hpp"
#include "flows/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

/// Jobs as the store has them: taken from the ready queue or a dead engine, seized, read again.
namespace quipu {

bool runner::load(const snapshot& what, held& into) {
  into.app = plans_.find(what.app, what.version);
  into.rules = into.app ? into.app->find(what.topic) : nullptr;
  auto view = quipu::job::load(what);
  if (!view) {
    wishes.push_back(wish::warn{what.job, view.error().message});
    return false;
  }
  if (into.rules == nullptr) {
    unread_.insert_or_assign(what.job, shelf::key{what.app, what.version});
    if (unknown_.insert({what.app, what.version}).second)
      wishes.push_back(wish::warn{
          what.job,
          fmt::format("its definition, app \"{}\" version \"{}\", is not known here; such "
                      "jobs wait until it is, or until this node stops",
                      what.app, what.version)});
    return false;
  }
  if (!fits(*view, *into.rules)) {
    wishes.push_back(wish::warn{
        what.job, fmt::format("its state is none of topic \"{}\" of app \"{}\" version \"{}\"",
                              what.topic, what.app, what.version)});
    return false;
  }
  into.view = std::make_shared<quipu::job>(std::move(*view));
  into.at = what.at;
  into.mail.clear();
  return true;
}

/// What is known here of a job makes room for what the store has, but for those who wait.
void runner::replace(const std::string& job, held& by) {
  auto* of = find(job);
  if (of == nullptr) return;
  by.askers = std::move(of->askers);
  for (auto& commit : of->out) // what becomes of them is not heard any more
    for (auto& child : commit.children) of->unsure.insert(std::move(child.job));
  look_for_unsure(*of);
  by.unsure = std::move(of->unsure);
  if (of->unborn)
    answer_start(job, *of, failure{fault::conflict, job}); // nobody asks the store any more
  else if (of->request)
    displaced_.push_back({job, of->out.front().makes, *of->request});
  jobs_.erase(job);
}

void runner::took(const snapshot& what, bool dead) {
  held made;
  if (!load(what, made)) return;
  replace(what.job, made);
  auto& of = jobs_.emplace(what.job, std::move(made)).first->second;
  resume(what.job, of, what.mail, !dead);
}

/// What a job waits for goes on. A call that is out is made again under its next attempt: whose it is
/// is not known. Nobody has made those of a job that has `rested`, in nobody's hands.
void runner::resume(const std::string& job, held& of, const std::vector<mail>& got, bool rested) {
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
    const auto settles = [&at = at, &owed = owed](const event& waits) {
      return waits.at == at && (waits.why == cause::recalled ||
                                (waits.why == cause::replied && waits.attempt == owed.attempt));
    };
    if (std::any_of(of.waiting.begin(), of.waiting.end(), settles)) continue;
    const auto kind = of.rules->activities[at.activity].kind;
    const bool is_unmade = rested || of.unmade.contains({at, owed.attempt});
    auto call = is_unmade && kind != activity_kind::interrupt
                    ? call_of({*of.app, *of.rules, now_ms_, terms_.limits}, *of.view, at)
                    : std::nullopt;
    if (call) {
      this->call(job, of, std::move(*call));
    } else {
      event again;
      again.why = cause::recalled;
      again.at = at;
      of.waiting.push_back(std::move(again));
    }
  }
  deliver(job, of, got);
}

void runner::seized(const snapshot& what, json how) { (void)end(what, std::move(how)); }

/// Lets a job that is ours now end. None: it cannot be read.
held* runner::end(const snapshot& what, json how) {
  event end;
  end.why = cause::interrupted;
  end.what.data = std::move(how);
  auto* of = find_born(what.job);
  if (of == nullptr) {
    held made;
    if (!load(what, made)) return nullptr;
    replace(what.job, made);
    of = &jobs_.emplace(what.job, std::move(made)).first->second;
  }
  see(*of, what.mail);
  if (of->view->ended()) {
    of->refused.push_back(std::move(end)); // if its own end, which is on its way, is refused
  } else {
    of->lost = 0; // it is worth another try
    // What was accepted before it counts before it; what we only mean to do does not.
    const auto accepted = std::find_if(of->waiting.rbegin(), of->waiting.rend(),
                                       [](const event& each) { return !each.mail.empty(); });
    of->waiting.insert(accepted.base(), std::move(end));
  }
  go_on(what.job, *of);
  return of;
}

void runner::seized(const wish::interrupt& asked, const result<snapshot>& got) {
  if (got) {
    if (auto* of = end(*got, to_json(asked.what)))
      of->askers.push_back(asked);
    else
      unanswered_.push_back(asked);
  } else if (const auto why = got.error().code; why == fault::not_found || why == fault::conflict) {
    replied(asked.job, asked.what.at, asked.attempt,
            {answer::status::error, status(why), json{{"message", got.error().message}}});
  } else {
    unanswered_.push_back(asked); // perhaps it is ours
    wishes.push_back(wish::read{asked.what.job});
  }
}

void runner::answer_askers(held& of, const answer& given) {
  for (auto& each : std::exchange(of.askers, {}))
    replied(each.job, each.what.at, each.attempt, given);
}

void runner::popped(const std::string& job, const std::vector<mail>& got) {
  if (auto* of = find_born(job))
    deliver(job, *of, got);
  else
    look_for(job);
}

/// A job that is ours and not known. It may be that of a start whose answer is still to come.
void runner::look_for(const std::string& job) {
  if (auto* start = find(job)) start->outrun = true;
  wishes.push_back(wish::read{job});
}

void runner::reread(const std::string& job, const result<snapshot>& answer) {
  auto* of = find(job);
  unread_.erase(job);
  if (!answer && answer.error().code == fault::unreachable) { // never forgotten unread
    wishes.push_back(wish::read{job});
    return;
  }
  const bool is_mine = answer && answer->owner == mine_ && answer->state == "running";
  if (!answer && answer.error().code == fault::unavailable) { // the store is away: later
    unread_.insert_or_assign(job, shelf::key{});
    return;
  }
  if (find_born(job) == nullptr) {
    // The answer that would have said how it came to be ours is lost: what of its calls is out, and
    // with whom, is not known. What a start of ours has made is told with its receipt.
    const bool is_told = is_mine && of != nullptr && of->view->born().gid == answer->gid;
    if (is_mine && !is_told) took(*answer, true);
    return;
  }
  if (!of->rereading) return;
  // Its end was written, only the answer was lost.
  if (answer && answer->state == "interrupted" && of->at == answer->at)
    answer_askers(*of, {answer::status::success, 200, json::object()});
  if (!is_mine || !load(*answer, *of)) return drop(job);
  of->rereading = false;
  call_off(job, *of, false);
  for (auto refused = of->refused.rbegin(); refused != of->refused.rend(); ++refused)
    of->waiting.push_front(std::move(*refused));
  of->refused.clear();
  std::erase_if(of->waiting, [](const event& each) {
    return !each.mail.empty() || each.why == cause::passed || each.why == cause::begun;
  });
  look_for_unsure(*of); // each time: a commit may arrive late
  for (const auto& [at, owed] : of->view->obligations())
    if (owed.is == obligation::kind::child && find_born(owed.child) == nullptr)
      wishes.push_back(wish::read{owed.child});
  resume(job, *of, answer->mail, false);
}

void runner::compare(const std::unordered_map<std::string, owned_job>& there) {
  for (const auto& [job, stored] : there)
    if (find_born(job) == nullptr) look_for(job);
  for (auto& [job, of] : jobs_) {
    // Of what is under way the answer will tell.
    if (of.rereading || of.unborn || !of.out.empty()) continue;
    const auto found = there.find(job);
    if (found != there.end() && found->second.at == (of.draft ? of.draft->stands_on : of.at))
      deliver(job, of, found->second.mail);
    else
      mistrust(job, of);
  }
}

void runner::look_again() {
  auto all = std::exchange(unanswered_, {});
  std::move(all.begin(), all.end(), std::back_inserter(wishes));
  std::erase_if(unread_, [this](const auto& each) {
    const auto& [job, version] = each;
    if (const auto* of = find_born(job); of != nullptr && !of->rereading) return true;
    if (version.first.empty() || plans_.find(version.first, version.second))
      wishes.push_back(wish::read{job}); // it goes when the answer is there
    return false;
  });
}

} // namespace quipu
