#include "collation/memory_ledger.hpp"

#include "collation/memory/store.hpp"

#include <chrono>
#include <mutex>
#include <set>

namespace quipu {

struct memory_ledger::inside {
  std::function<std::int64_t()> clock;
  mutable std::mutex mutex;
  memory::store rows;
  std::function<void(token)> ring;

  // Makes one call on the rows and completes it, outside the lock.
  template <class T, class Call>
  void make(const then<T>& done, Call call) {
    result<T> answer = [&]() -> result<T> {
      const std::lock_guard lock{mutex};
      rows.now = clock();
      return call(rows);
    }();
    std::set<token> bells;
    std::function<void(token)> bell;
    {
      const std::lock_guard lock{mutex};
      bells = {rows.bells.begin(), rows.bells.end()};
      rows.bells.clear();
      bell = ring;
    }
    if (done) done(std::move(answer));
    if (bell)
      for (auto whose : bells) bell(whose);
  }
};

namespace {

std::int64_t wall_clock() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

memory_ledger::memory_ledger(std::function<std::int64_t()> clock)
    : inside_{std::make_unique<inside>()} {
  inside_->clock = clock ? std::move(clock) : wall_clock;
}

memory_ledger::~memory_ledger() = default;

std::int64_t memory_ledger::now() const { return inside_->clock(); }
std::string memory_ledger::describe() const { return "memory, not durable"; }

void memory_ledger::deploy(app_version what, then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.deploy(std::move(what)); });
}

void memory_ledger::activate(std::string app, std::string version, then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.activate(app, version); });
}

void memory_ledger::fetch(std::string app, std::string version, then<app_version> done) {
  inside_->make(done, [&](auto& rows) { return rows.fetch(app, version); });
}

void memory_ledger::apps(then<std::vector<app_version>> done) {
  inside_->make(done, [&](auto& rows) { return rows.apps(); });
}

void memory_ledger::renew(token mine, std::int64_t for_ms, std::string who, then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.renew(mine, for_ms, std::move(who)); });
}

void memory_ledger::leases(then<std::vector<lease>> done) {
  inside_->make(done, [&](auto& rows) { return rows.leases(); });
}

void memory_ledger::claim(token mine, std::size_t most, then<std::vector<snapshot>> done) {
  inside_->make(done, [&](auto& rows) { return rows.claim(mine, most); });
}

void memory_ledger::take(token dead, token mine, std::size_t most,
                         then<std::vector<snapshot>> done) {
  inside_->make(done, [&](auto& rows) { return rows.take(dead, mine, most); });
}

void memory_ledger::seize(std::string job, token mine, then<snapshot> done) {
  inside_->make(done, [&](auto& rows) { return rows.seize(job, mine); });
}

void memory_ledger::pop(token mine, std::size_t most,
                        then<std::vector<std::pair<std::string, std::vector<mail>>>> done) {
  inside_->make(done, [&](auto& rows) { return rows.pop(mine, most); });
}

void memory_ledger::on_bell(std::function<void(token)> ring) {
  const std::lock_guard lock{inside_->mutex};
  inside_->ring = std::move(ring);
}

void memory_ledger::start(birth what, then<receipt> done) {
  inside_->make(done, [&](auto& rows) { return rows.start(std::move(what)); });
}

void memory_ledger::apply(commit what, then<receipt> done) {
  inside_->make(done, [&](auto& rows) { return rows.apply(std::move(what)); });
}

void memory_ledger::send(post what, then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.send(std::move(what)); });
}

void memory_ledger::send(signal what, then<signalled> done) {
  inside_->make(done, [&](auto& rows) { return rows.send(std::move(what)); });
}

void memory_ledger::due(std::int64_t now_ms, std::size_t most, then<fired> done) {
  inside_->make(done, [&](auto& rows) { return rows.due(now_ms, most); });
}

void memory_ledger::serve(std::string topic, std::size_t most, then<std::size_t> done) {
  inside_->make(done, [&](auto& rows) { return rows.serve(topic, most); });
}

void memory_ledger::scrub(std::string job, then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.scrub(job); });
}

void memory_ledger::condense(std::string job, std::uint64_t upto, std::string checkpoint,
                             then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.condense(job, upto, std::move(checkpoint)); });
}

void memory_ledger::read(std::string job, then<snapshot> done) {
  inside_->make(done, [&](auto& rows) { return rows.read(job); });
}

void memory_ledger::history(std::string job, std::uint64_t first, std::size_t most,
                            then<history_page> done) {
  inside_->make(done, [&](auto& rows) { return rows.history(job, first, most); });
}

void memory_ledger::jobs(job_filter which, then<job_page> done) {
  inside_->make(done, [&](auto& rows) { return rows.jobs(which); });
}

void memory_ledger::measures(measures_filter which, then<measures_page> done) {
  inside_->make(done, [&](auto& rows) { return rows.look_at_measures(which); });
}

void memory_ledger::published(std::string after, std::size_t most,
                              then<std::vector<published_row>> done) {
  inside_->make(done, [&](auto& rows) { return rows.published(after, most); });
}

void memory_ledger::audit(std::string after, std::size_t, then<audit_page> done) {
  inside_->make(done, [&](auto& rows) { return rows.audit(after); });
}

void memory_ledger::mend(audit_row what, then<void> done) {
  inside_->make(done, [&](auto& rows) { return rows.mend(what); });
}

std::vector<std::string> memory_ledger::dump() const {
  const std::lock_guard lock{inside_->mutex};
  return inside_->rows.dump();
}

} // namespace quipu
