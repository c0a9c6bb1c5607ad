#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

/// Who runs a job: leases, sets, the ready queue, the owners' queues.
namespace quipu::lmdb {

using namespace store_rules;

void store::lapse_leases() {
  std::vector<std::pair<token, lease_row>> held;
  for (const auto& each : leases())
    held.push_back({each.owner, {std::min(each.until_ms, now), false, each.who}});
  for (const auto& [owner, row] : held) put_lease(owner, row);
}

result<void> store::may_own(token mine) {
  const auto held = lease_of(mine);
  if (mine != 0 && held && !held->spent && held->until_ms > now) return {};
  return refusals::no_lease(mine);
}

result<void> store::renew(token mine, std::int64_t for_ms, const std::string& who) {
  const auto held = lease_of(mine);
  if (mine == 0 || (held && (held->spent || held->until_ms <= now)))
    return refusals::has_lapsed(mine);
  put_lease(mine, {now + for_ms, false, who});
  return {};
}

std::vector<lease> store::leases() {
  std::vector<lease> all;
  txn().walk(table::leases, {}, [&](std::string_view at, std::string_view value) {
    unpacker from{value};
    const auto until = from.time();
    if (from.number() == 0) all.push_back({read_be64(at), until, from.text()});
    return true;
  });
  return all;
}

result<std::vector<snapshot>> store::claim(token mine, std::size_t most) {
  if (auto may = may_own(mine); !may) return may.error();
  std::vector<snapshot> mine_now;
  while (mine_now.size() < most) {
    const auto next = next_in(table::ready, {});
    if (!next) break;
    take_up(table::ready, next->first);
    auto& of = load(read_be64(next->second));
    own(of, mine);
    mine_now.push_back(look(of));
  }
  return mine_now;
}

result<std::vector<snapshot>> store::take(token dead, token mine, std::size_t most) {
  if (auto may = may_own(mine); !may) return may.error();
  auto held = lease_of(dead);
  if (held && !held->spent && held->until_ms > now)
    return refusals::lease_holds(dead, held->who, held->until_ms - now);
  std::vector<snapshot> mine_now;
  auto next = next_in(table::sets, be64(dead));
  for (; next && mine_now.size() < most; next = next_in(table::sets, be64(dead))) {
    take_up(table::sets, next->first);
    auto& of = load(read_be64(next->first, 8));
    own(of, mine);
    mine_now.push_back(look(of));
  }
  if (!next && held && !held->spent) {
    held->spent = true;
    put_lease(dead, *held);
    arm_timer(now + spent_ms, packer{}.number(static_cast<unsigned>(timer::spent)).number(dead));
  }
  return mine_now;
}

result<snapshot> store::seize(const std::string& id, token mine) {
  if (auto may = may_own(mine); !may) return may.error();
  auto* of = find(id);
  if (!of) return refusals::no_job(id);
  if (!of->runs()) return refusals::has_ended(id, of->about.state);
  own(*of, mine);
  return look(*of);
}

std::vector<std::pair<std::string, std::vector<mail>>> store::pop(token mine, std::size_t most) {
  std::vector<std::pair<std::string, std::vector<mail>>> got;
  while (got.size() < most) {
    const auto next = next_in(table::queues, be64(mine));
    if (!next) break;
    take_up(table::queues, next->first);
    txn().erase(table::queues, next->first);
    auto& of = touch(load(read_be64(next->second)));
    of.queued = 0;
    if (of.has_mail()) got.emplace_back(of.about.job, inbox(of, mail_at_once));
  }
  return got;
}

std::optional<store::lease_row> store::lease_of(token owner) {
  const auto row = txn().get(table::leases, be64(owner));
  if (!row) return std::nullopt;
  unpacker from{*row};
  lease_row held;
  held.until_ms = from.time();
  held.spent = from.number() != 0;
  held.who = from.text();
  return held;
}

void store::put_lease(token owner, const lease_row& held) {
  packer row;
  row.time(held.until_ms).number(held.spent ? 1 : 0).text(held.who);
  txn().put(table::leases, be64(owner), row.bytes);
}

void store::own(job& of, token mine) {
  disown(of);
  of.about.owner = mine;
  txn().put(table::sets, key(mine, of.number), {});
}

// Out of every set and queue.
void store::disown(job& of) {
  touch(of);
  if (const auto ready = std::exchange(of.ready, 0)) txn().erase(table::ready, be64(ready));
  const auto before = std::exchange(of.about.owner, 0);
  if (before == 0) return;
  txn().erase(table::sets, key(before, of.number));
  if (const auto queued = std::exchange(of.queued, 0))
    txn().erase(table::queues, key(before, queued));
}

void store::enqueue_ready(job& of) {
  bells.push_back(0);
  if (of.ready != 0) return;
  of.ready = ++counters_.armings;
  txn().put(table::ready, be64(of.ready), be64(of.number));
}

// The job has got mail: whoever runs it should look, or somebody should.
void store::ring(job& of) {
  if (of.about.owner == 0) return enqueue_ready(of);
  bells.push_back(of.about.owner);
  if (of.queued != 0) return;
  of.queued = ++counters_.armings;
  txn().put(table::queues, key(of.about.owner, of.queued), be64(of.number));
}

} // namespace quipu::lmdb
