#include "collation/memory/store.hpp"
#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"

#include <algorithm>

/// What open digits wait for: armed by commits, answered by posts, signals, timers and workers.
namespace quipu::memory {

using namespace store_rules;

result<void> store::send(post what) {
  const auto to = what.job;
  return deliver(to, std::move(what.what), what.keeps_open, sender::outside);
}

result<signalled> store::send(signal what) {
  const auto said = std::pair{std::string{}, what.id};
  if (!what.id.empty() && said_.contains(said)) return signalled::repeated;
  if (what.all) return send_to_all(what);
  // The wait that began first, wherever it stands.
  std::optional<std::pair<std::uint64_t, std::pair<std::string, std::string>>> first;
  bool late = false;
  for (const auto& at : what.boards) {
    const auto found = boards_.find(at);
    if (found == boards_.end()) continue;
    late = late || !found->second.late.empty();
    if (found->second.waits.empty()) continue;
    const auto& wait = *found->second.waits.begin();
    if (!first || wait.first < first->first) first = wait;
  }
  if (first) {
    const auto [job, name] = first->second;
    what.what.obligation = name;
    if (auto sent = deliver(job, std::move(what.what), what.keeps_open, sender::store); !sent)
      return sent.error();
    if (!what.id.empty()) say({}, what.id);
    return signalled::answered;
  }
  if (late || what.boards.empty()) return refusals::nobody_waits(what.boards);
  const auto equal = [&](const std::string& at) {
    const auto found = boards_.find(at);
    return found != boards_.end() && found->second.early &&
           found->second.early->what.kind == what.what.kind &&
           found->second.early->what.body == what.what.body &&
           found->second.early->keeps_open == what.keeps_open;
  };
  if (!what.id.empty()) say({}, what.id);
  if (std::ranges::all_of(what.boards, equal)) return signalled::early;
  for (const auto& at : what.boards) drop_early(at);
  const auto until = arm_timer(what.keep_until_ms, {timer::kind::early, what.boards.front(), {}});
  for (const auto& at : what.boards)
    boards_[at].early = early_signal{what.what, what.keeps_open, what.boards, until};
  return signalled::early;
}

signalled store::send_to_all(const signal& what) {
  if (!what.id.empty()) say({}, what.id);
  std::map<std::uint64_t, std::pair<std::string, std::string>> waits;
  for (const auto& at : what.boards)
    if (const auto found = boards_.find(at); found != boards_.end())
      waits.insert(found->second.waits.begin(), found->second.waits.end());
  for (const auto& [number, wait] : waits) {
    auto mine = what.what;
    mine.obligation = wait.second;
    mine.id += ':' + wait.second;
    (void)deliver(wait.first, std::move(mine), what.keeps_open, sender::store).ok();
  }
  return waits.empty() ? signalled::early : signalled::answered;
}

fired store::due(std::int64_t now_ms, std::size_t most) {
  trim_publications();
  fired done;
  while (done.count < most && !timers_.empty() && timers_.begin()->first.first <= now_ms) {
    const auto what = timers_.begin()->second;
    timers_.erase(timers_.begin());
    ++done.count;
    switch (what.what) {
    case timer::kind::obligation: {
      auto& row = find(what.job)->obligations.at(what.obligation);
      row.timed = false;
      auto told = timer_mail(what.obligation, *row.row.due_ms, row.armed_by);
      (void)deliver(what.job, std::move(told), false, sender::store).ok();
      break;
    }
    case timer::kind::expiry:
      find(what.job)->expiry.reset();
      forget(what.job);
      break;
    case timer::kind::early: drop_early(what.job); break;
    case timer::kind::said: said_.erase({what.job, what.obligation}); break;
    case timer::kind::spent: leases_.erase(what.owner); break;
    case timer::kind::measures: expire_measures(what, now_ms); break;
    }
  }
  if (!timers_.empty()) done.next_due_ms = timers_.begin()->first.first;
  return done;
}

std::size_t store::serve(const std::string& topic, std::size_t most) {
  std::size_t told = 0;
  for (; told < most; ++told) {
    const auto waiting = backlog_.find(topic);
    if (waiting == backlog_.end()) break;
    const auto [job, name] = waiting->second.begin()->second;
    auto& row = find(job)->obligations.at(name);
    auto id = mail_id("served", name, row.armed_by);
    waiting->second.erase(row.number);
    if (waiting->second.empty()) backlog_.erase(waiting);
    row.in_backlog = false;
    (void)deliver(job, {std::move(id), "served", name, {}}, false, sender::store).ok();
  }
  return told;
}

result<void> store::deliver(const std::string& id, mail what, bool keeps_open, sender from) {
  auto* of = find(id);
  if (!of) return refusals::no_job(id);
  if (said_.contains({id, what.id}) ||
      std::ranges::find(of->inbox, what.id, &mail::id) != of->inbox.end())
    return {};
  if (of->about.state != "running") return refusals::has_ended(id, of->about.state);
  if (!what.obligation.empty()) {
    const auto found = of->obligations.find(what.obligation);
    if (found == of->obligations.end() ||
        (from == sender::outside && !found->second.row.answerable))
      return refusals::not_waiting(id, what.obligation);
    if (found->second.answered) return refusals::is_answered(id, what.obligation);
    if (!keeps_open && !found->second.row.standing) {
      disarm(found->second);
      remember(*of, found->second.row);
      found->second.answered = true;
    }
  }
  of->inbox.push_back(std::move(what));
  ring(*of);
  return {};
}

void store::arm(job& of, obligation_row row, const head& by) {
  const auto name = row.name;
  if (const auto old = of.obligations.find(name); old != of.obligations.end()) disarm(old->second);
  if (!row.waits.empty()) {
    const std::string hook{hook_of(name)};
    if (const auto last = of.hooks.find(hook); last != of.hooks.end())
      unmark_late(of, hook, last->second);
    of.hooks[hook] = {name, row.waits};
  }
  auto& made = of.obligations[name];
  made = {std::move(row), false, false, false, ++armings_, armed_by(by)};
  made.timed = made.row.due_ms.has_value();
  made.in_backlog = !made.row.backlog.empty();
  if (made.timed)
    timers_.emplace(timer_key{*made.row.due_ms, made.number},
                    timer{timer::kind::obligation, of.about.job, name});
  for (const auto& at : made.row.waits)
    boards_[at].waits.emplace(made.number, std::pair{of.about.job, name});
  if (made.in_backlog)
    backlog_[made.row.backlog].emplace(made.number, std::pair{of.about.job, name});
  meet_early(of, name);
}

void store::disarm(obligation& what) {
  if (what.answered) return;
  if (std::exchange(what.timed, false)) timers_.erase({*what.row.due_ms, what.number});
  for (const auto& at : what.row.waits) {
    boards_[at].waits.erase(what.number);
    drop_if_empty(at);
  }
  if (!std::exchange(what.in_backlog, false)) return;
  const auto topic = backlog_.find(what.row.backlog);
  topic->second.erase(what.number);
  if (topic->second.empty()) backlog_.erase(topic);
}

void store::settle(job& of, const std::string& name) {
  const auto found = of.obligations.find(name);
  if (found == of.obligations.end()) return;
  disarm(found->second);
  remember(of, found->second.row);
  of.obligations.erase(found);
}

// A wait is over: signals for it are late, if it is the last of its hook and does not return.
void store::remember(const job& of, const obligation_row& wait) {
  const std::string hook{hook_of(wait.name)};
  const auto last = of.hooks.find(hook);
  if (!wait.returns && last != of.hooks.end() && last->second.obligation == wait.name)
    mark_late(of, hook, last->second);
}

void store::mark_late(const job& of, const std::string& hook, const last_wait& wait) {
  for (const auto& at : wait.boards) boards_[at].late.emplace(of.about.job, hook);
}

void store::unmark_late(const job& of, const std::string& hook, const last_wait& wait) {
  for (const auto& at : wait.boards) {
    boards_[at].late.erase({of.about.job, hook});
    drop_if_empty(at);
  }
}

void store::meet_early(job& of, const std::string& name) {
  const auto waits = of.obligations.at(name).row.waits;
  for (const auto& at : waits) {
    const auto found = boards_.find(at);
    if (of.obligations.at(name).answered || found == boards_.end() || !found->second.early)
      continue;
    auto met = *found->second.early;
    drop_early(at);
    if (met.until.first <= now) continue;
    met.what.obligation = name;
    (void)deliver(of.about.job, std::move(met.what), met.keeps_open, sender::store).ok();
  }
}

void store::drop_early(const std::string& at) {
  const auto found = boards_.find(at);
  if (found == boards_.end() || !found->second.early) return;
  const auto kept = *found->second.early;
  timers_.erase(kept.until);
  for (const auto& each : kept.boards) {
    boards_[each].early.reset();
    drop_if_empty(each);
  }
}

void store::drop_if_empty(const std::string& at) {
  if (const auto found = boards_.find(at); found != boards_.end() && found->second.empty())
    boards_.erase(found);
}

void store::say(const std::string& job, const std::string& id) {
  if (said_.contains({job, id})) return;
  said_[{job, id}] = arm_timer(now + said_ms, {timer::kind::said, job, id});
}

timer_key store::arm_timer(std::int64_t due, timer what) {
  const timer_key key{due, ++armings_};
  timers_.emplace(key, std::move(what));
  return key;
}

} // namespace quipu::memory
