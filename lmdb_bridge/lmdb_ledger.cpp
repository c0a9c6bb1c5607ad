#include "lmdb_bridge/lmdb_ledger.hpp"

#include "lmdb_bridge/directory.hpp"
#include "lmdb_bridge/writer.hpp"

#include <fmt/format.h>

#include <ctime>

namespace quipu {

namespace {

using lmdb::store;

std::int64_t milliseconds_of(clockid_t which) {
  timespec read{};
  clock_gettime(which, &read);
  return read.tv_sec * std::int64_t{1000} + read.tv_nsec / 1'000'000;
}

// The wall clock as it is now, then steady time (suspended time counts): a wall clock that jumps
// moves nothing, and what has been seen once is never ahead again.
std::function<std::int64_t()> steady_from(std::int64_t newest) {
  const auto base = std::max(milliseconds_of(CLOCK_REALTIME), newest);
  return [ahead = base - milliseconds_of(CLOCK_BOOTTIME)] {
    return milliseconds_of(CLOCK_BOOTTIME) + ahead;
  };
}

std::string title(const lmdb_ledger::options& with) {
  const auto durable = with.durable == lmdb_ledger::durability::sync ? "sync" : "relaxed";
  return fmt::format("lmdb:{}, {}", with.path, with.read_only ? "read only" : durable);
}

} // namespace

// Destroyed from below: the writer stops before what it writes to is closed.
struct lmdb_ledger::inside {
  lmdb::directory held;
  lmdb::environment file;
  lmdb::store rows{file};
  std::string title;
  bool read_only = false;
  std::function<std::int64_t()> clock;
  std::optional<lmdb::writer> writer;

  enum class does : std::uint8_t { reads, writes, begins };

  template <class T, class Call>
  void add(does what, then<T> done, Call call) {
    auto next = std::make_unique<lmdb::operation_of<T, Call>>(std::move(done), std::move(call));
    next->begins_job = what == does::begins;
    if (read_only && what != does::reads)
      next->refuse({fault::unavailable, fmt::format("{} is only looked at, not changed", title)});
    writer->add(std::move(next));
  }
  template <class T, class Call>
  void read(then<T> done, Call call) {
    add(does::reads, std::move(done), std::move(call));
  }
  template <class T, class Call>
  void write(then<T> done, Call call) {
    add(does::writes, std::move(done), std::move(call));
  }
};

result<std::unique_ptr<lmdb_ledger>> lmdb_ledger::open(options with) {
  auto held = with.read_only ? lmdb::directory::look(with.path) : lmdb::directory::hold(with.path);
  if (!held) return held.error();
  auto file = lmdb::environment::open(with.path, with.map_size, with.read_only);
  if (!file) return file.error();
  try {
    std::unique_ptr<inside> made{new inside{std::move(*held), std::move(*file)}};
    made->title = title(with);
    made->read_only = with.read_only;
    made->clock = with.clock ? std::move(with.clock) : steady_from(made->rows.newest());
    if (!with.read_only) {
      made->rows.stretch(); // a full store opens, too
      made->rows.begin(false);
      made->rows.now = made->clock();
      made->rows.lapse_leases();
      made->rows.commit();
      made->held.keep();
    }
    const auto relaxed = with.durable == durability::relaxed;
    made->writer.emplace(made->rows, lmdb::writer::settings{relaxed, with.read_only,
                                                            with.most_queued, made->title,
                                                            made->clock, std::move(with.complain)});
    return std::unique_ptr<lmdb_ledger>{new lmdb_ledger{std::move(made)}};
  } catch (const lmdb::trouble& why) {
    return failure{fault::unavailable, fmt::format("{}: {}", title(with), why.what())};
  } catch (const lmdb::broken_row& why) {
    return failure{fault::corrupt, fmt::format("{}: {}", title(with), why.what())};
  }
}

lmdb_ledger::lmdb_ledger(std::unique_ptr<inside> made) : inside_{std::move(made)} {}
lmdb_ledger::~lmdb_ledger() = default;

std::int64_t lmdb_ledger::now() const { return inside_->clock(); }
std::string lmdb_ledger::describe() const { return inside_->title; }

void lmdb_ledger::on_bell(std::function<void(token)> ring) {
  inside_->writer->on_bell(std::move(ring));
}

void lmdb_ledger::on_fault(std::function<void(const std::string& why)> tell) {
  inside_->writer->on_fault(std::move(tell));
}

void lmdb_ledger::deploy(app_version what, then<void> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.deploy(what); });
}

void lmdb_ledger::activate(std::string app, std::string version, then<void> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.activate(app, version); });
}

void lmdb_ledger::fetch(std::string app, std::string version, then<app_version> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.fetch(app, version); });
}

void lmdb_ledger::apps(then<std::vector<app_version>> done) {
  inside_->read(std::move(done), [](store& rows) { return rows.apps(); });
}

void lmdb_ledger::renew(token mine, std::int64_t for_ms, std::string who, then<void> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.renew(mine, for_ms, who); });
}

void lmdb_ledger::leases(then<std::vector<lease>> done) {
  inside_->read(std::move(done), [](store& rows) { return rows.leases(); });
}

void lmdb_ledger::claim(token mine, std::size_t most, then<std::vector<snapshot>> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.claim(mine, most); });
}

void lmdb_ledger::take(token dead, token mine, std::size_t most, then<std::vector<snapshot>> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.take(dead, mine, most); });
}

void lmdb_ledger::seize(std::string job, token mine, then<snapshot> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.seize(job, mine); });
}

void lmdb_ledger::pop(token mine, std::size_t most,
                      then<std::vector<std::pair<std::string, std::vector<mail>>>> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.pop(mine, most); });
}

void lmdb_ledger::start(birth what, then<receipt> done) {
  inside_->add(inside::does::begins, std::move(done),
               [what = std::move(what)](store& rows) { return rows.start(what); });
}

void lmdb_ledger::apply(commit what, then<receipt> done) {
  inside_->write(std::move(done),
                 [what = std::move(what)](store& rows) { return rows.apply(what); });
}

void lmdb_ledger::send(post what, then<void> done) {
  inside_->write(std::move(done),
                 [what = std::move(what)](store& rows) { return rows.send(what); });
}

void lmdb_ledger::send(signal what, then<signalled> done) {
  inside_->write(std::move(done),
                 [what = std::move(what)](store& rows) { return rows.send(what); });
}

void lmdb_ledger::due(std::int64_t now_ms, std::size_t most, then<fired> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.due(now_ms, most); });
}

void lmdb_ledger::serve(std::string topic, std::size_t most, then<std::size_t> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.serve(topic, most); });
}

void lmdb_ledger::scrub(std::string job, then<void> done) {
  inside_->write(std::move(done), [=](store& rows) { return rows.scrub(job); });
}

void lmdb_ledger::condense(std::string job, std::uint64_t upto, std::string checkpoint,
                           then<void> done) {
  inside_->write(std::move(done),
                 [=](store& rows) { return rows.condense(job, upto, checkpoint); });
}

void lmdb_ledger::read(std::string job, then<snapshot> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.read(job); });
}

void lmdb_ledger::history(std::string job, std::uint64_t first, std::size_t most,
                          then<history_page> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.history(job, first, most); });
}

void lmdb_ledger::jobs(job_filter which, then<job_page> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.jobs(which); });
}

void lmdb_ledger::measures(measures_filter which, then<measures_page> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.measures(which); });
}

void lmdb_ledger::published(std::string after, std::size_t most,
                            then<std::vector<published_row>> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.published(after, most); });
}

void lmdb_ledger::audit(std::string after, std::size_t most, then<audit_page> done) {
  inside_->read(std::move(done), [=](store& rows) { return rows.audit(after, most); });
}

void lmdb_ledger::mend(audit_row what, then<void> done) {
  inside_->write(std::move(done),
                 [what = std::move(what)](store& rows) { return rows.mend(what); });
}

void lmdb_ledger::dump(then<std::vector<std::string>> done) {
  inside_->read(std::move(done), [](store& rows) { return rows.dump(); });
}

} // namespace quipu
