#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <algorithm>

/// What open digits wait for: armed by commits, answered by posts, timers and workers.
namespace quipu::lmdb {

using namespace store_rules;

result<void> store::send(const post& what) {
  return deliver(find(what.job), what.job, what.what, what.keeps_open, sender::outside);
}

result<void> store::deliver(job* of, const std::string& id, const mail& what, bool keeps_open,
                            sender from) {
  if (!of) return refusals::no_job(id);
  if (has_mail(*of, what.id) || was_said(of->number, what.id)) return {};
  if (!of->runs()) return refusals::has_ended(id, of->about.state);
  if (!what.obligation.empty()) {
    auto* open = find_obligation(*of, what.obligation);
    if (!open || (from == sender::outside && !open->row.answerable))
      return refusals::not_waiting(id, what.obligation);
    if (open->answered) return refusals::is_answered(id, what.obligation);
    if (!keeps_open && !open->row.standing) {
      disarm(*of, *open);
      remember(*of, open->row);
      open->answered = true;
    }
  }
  touch(*of);
  add_mail(*of, what);
  ring(*of);
  return {};
}

fired store::due(std::int64_t now_ms, std::size_t most) {
  trim_publications();
  fired done;
  auto next = next_in(table::timers, {});
  for (; next && done.count < most; next = next_in(table::timers, {})) {
    if (unbiased(read_be64(next->first)) > now_ms) break;
    take_up(table::timers, next->first);
    txn().erase(table::timers, next->first);
    ++done.count;
    unpacker from{next->second};
    switch (static_cast<timer>(from.number())) {
    case timer::obligation: {
      auto& of = touch(load(from.number()));
      const auto name = from.text();
      auto* open = find_obligation(of, name);
      if (!open) throw broken_row{"a timer names an obligation that is not there"};
      open->timed = false;
      const auto what = timer_mail(std::string{name}, *open->row.due_ms, open->armed_by);
      (void)deliver(&of, of.about.job, what, false, sender::store).ok();
      break;
    }
    case timer::expiry: {
      auto& of = load(from.number());
      of.expiry = {};
      forget(of);
      break;
    }
    case timer::early: drop_early(from.text()); break;
    case timer::said: {
      const auto number = from.number();
      txn().erase(table::said, key(number, from.text()));
      break;
    }
    case timer::spent: txn().erase(table::leases, be64(from.number())); break;
    case timer::measures: expire_measures(from.text(), now_ms); break;
    default: throw broken_row{"a timer of an unknown kind"};
    }
  }
  if (next) done.next_due_ms = unbiased(read_be64(next->first));
  return done;
}

std::size_t store::serve(const std::string& topic, std::size_t most) {
  std::size_t told = 0;
  for (; told < most; ++told) {
    const auto waiting = next_in(table::backlog, key(topic));
    if (!waiting) break;
    take_up(table::backlog, waiting->first);
    txn().erase(table::backlog, waiting->first);
    unpacker from{waiting->second};
    auto& of = touch(load(from.number()));
    const auto name = from.text();
    auto* open = find_obligation(of, name);
    if (!open) throw broken_row{"the backlog names an obligation that is not there"};
    open->in_backlog = false;
    const mail what{mail_id("served", name, open->armed_by), "served", name, {}};
    (void)deliver(&of, of.about.job, what, false, sender::store).ok();
  }
  return told;
}

void store::arm(job& of, const obligation_row& row, const head& by) {
  if (auto* old = find_obligation(of, row.name)) disarm(of, *old);
  if (!row.waits.empty()) {
    const std::string hook{hook_of(row.name)};
    const auto last = std::ranges::find(of.hooks, hook, &last_wait::hook);
    if (last != of.hooks.end()) {
      unmark_late(of, *last);
      *last = {hook, row.name, row.waits};
    } else {
      of.hooks.push_back({hook, row.name, row.waits});
    }
  }
  auto& made = add_obligation(of, {row, false, row.due_ms.has_value(), !row.backlog.empty(),
                                   ++counters_.armings, armed_by(by)});
  const auto about = packer{}.number(of.number).text(row.name).bytes;
  if (made.timed)
    txn().put(table::timers, key(biased(*row.due_ms), made.arming),
              packer{}.number(static_cast<unsigned>(timer::obligation)).bytes + about);
  for (const auto& at : row.waits) txn().put(table::board, key(at, 'w', made.arming), about);
  if (made.in_backlog) txn().put(table::backlog, key(row.backlog, made.arming), about);
  if (!row.waits.empty()) meet_early(of, row.name);
}

void store::disarm(job& of, obligation& what) {
  touch(of);
  if (what.answered) return;
  if (std::exchange(what.timed, false))
    txn().erase(table::timers, key(biased(*what.row.due_ms), what.arming));
  for (const auto& at : what.row.waits) txn().erase(table::board, key(at, 'w', what.arming));
  if (std::exchange(what.in_backlog, false))
    txn().erase(table::backlog, key(what.row.backlog, what.arming));
}

void store::settle(job& of, const std::string& name) {
  auto* found = find_obligation(of, name);
  if (!found) return;
  disarm(of, *found);
  remember(of, found->row);
  erase_obligation(of, name);
}

void store::say(std::uint64_t job, const std::string& id) {
  if (was_said(job, id)) return;
  const auto until = arm_timer(
      now + said_ms, packer{}.number(static_cast<unsigned>(timer::said)).number(job).text(id));
  txn().put(table::said, key(job, id), key_of(until));
}

bool store::was_said(std::uint64_t job, const std::string& id) {
  return txn().get(table::said, key(job, id)).has_value();
}

timer_key store::arm_timer(std::int64_t due, const packer& what) {
  const timer_key made{due, ++counters_.armings};
  txn().put(table::timers, key_of(made), what.bytes);
  return made;
}

} // namespace quipu::lmdb
