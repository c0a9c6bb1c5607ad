#include "collation/memory/store.hpp"
#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"

/// Who runs a job: leases, sets, the ready queue, the owners' queues.
namespace quipu::memory {

using namespace store_rules;

result<void> store::may_own(token mine) const {
  const auto found = leases_.find(mine);
  if (mine != 0 && found != leases_.end() && !found->second.spent &&
      found->second.what.until_ms > now)
    return {};
  return refusals::no_lease(mine);
}

result<void> store::renew(token mine, std::int64_t for_ms, std::string who) {
  const auto found = leases_.find(mine);
  if (mine == 0 ||
      (found != leases_.end() && (found->second.spent || found->second.what.until_ms <= now)))
    return refusals::has_lapsed(mine);
  leases_[mine] = {{mine, now + for_ms, std::move(who)}, false};
  return {};
}

std::vector<lease> store::leases() const {
  std::vector<lease> all;
  for (const auto& [owner, row] : leases_)
    if (!row.spent) all.push_back(row.what);
  return all;
}

result<std::vector<snapshot>> store::claim(token mine, std::size_t most) {
  if (auto may = may_own(mine); !may) return may.error();
  std::vector<snapshot> mine_now;
  while (mine_now.size() < most && !ready_.empty()) {
    auto& of = *find(ready_.begin()->second);
    own(of, mine);
    mine_now.push_back(look(of));
  }
  return mine_now;
}

result<std::vector<snapshot>> store::take(token dead, token mine, std::size_t most) {
  if (auto may = may_own(mine); !may) return may.error();
  const auto lapsed = leases_.find(dead);
  if (lapsed != leases_.end() && !lapsed->second.spent && lapsed->second.what.until_ms > now)
    return refusals::lease_holds(dead, lapsed->second.what.who, lapsed->second.what.until_ms - now);
  std::vector<snapshot> mine_now;
  while (mine_now.size() < most && sets_.contains(dead)) {
    auto& of = *find(sets_.at(dead).begin()->second);
    own(of, mine);
    mine_now.push_back(look(of));
  }
  if (!sets_.contains(dead) && lapsed != leases_.end() && !lapsed->second.spent) {
    lapsed->second.spent = true;
    arm_timer(now + spent_ms, {timer::kind::spent, {}, {}, dead});
  }
  return mine_now;
}

result<snapshot> store::seize(const std::string& id, token mine) {
  if (auto may = may_own(mine); !may) return may.error();
  auto* of = find(id);
  if (!of) return refusals::no_job(id);
  if (of->about.state != "running") return refusals::has_ended(id, of->about.state);
  own(*of, mine);
  return look(*of);
}

std::vector<std::pair<std::string, std::vector<mail>>> store::pop(token mine, std::size_t most) {
  std::vector<std::pair<std::string, std::vector<mail>>> got;
  while (got.size() < most && queues_.contains(mine)) {
    auto& queue = queues_.at(mine);
    auto& of = *find(queue.begin()->second);
    queue.erase(queue.begin());
    if (queue.empty()) queues_.erase(mine);
    of.queued.reset();
    if (!of.inbox.empty()) got.emplace_back(of.about.job, first_mail(of.inbox));
  }
  return got;
}

void store::own(job& of, token mine) {
  disown(of);
  of.about.owner = mine;
  sets_[mine].emplace(of.number, of.about.job);
}

// Out of every set and queue.
void store::disown(job& of) {
  if (of.ready) ready_.erase(*std::exchange(of.ready, std::nullopt));
  const auto before = std::exchange(of.about.owner, 0);
  if (before == 0) return;
  if (auto& set = sets_.at(before); set.erase(of.number) && set.empty()) sets_.erase(before);
  if (!of.queued) return;
  auto& queue = queues_.at(before);
  queue.erase(*std::exchange(of.queued, std::nullopt));
  if (queue.empty()) queues_.erase(before);
}

void store::enqueue_ready(job& of) {
  bells.push_back(0);
  if (of.ready) return;
  of.ready = ++armings_;
  ready_.emplace(*of.ready, of.about.job);
}

// The job has got mail: whoever runs it should look, or somebody should.
void store::ring(job& of) {
  if (of.about.owner == 0) return enqueue_ready(of);
  bells.push_back(of.about.owner);
  if (of.queued) return;
  of.queued = ++armings_;
  queues_[of.about.owner].emplace(*of.queued, of.about.job);
}

snapshot store::look(const job& of) const {
  auto seen = of.about;
  for (const auto& [name, bytes] : of.fields) seen.fields.push_back({name, bytes});
  for (const auto& [name, row] : of.obligations) seen.obligations.push_back(row.row);
  seen.mail = first_mail(of.inbox);
  return seen;
}

} // namespace quipu::memory
