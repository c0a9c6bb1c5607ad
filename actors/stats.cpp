#include "actors/stats.hpp"

#include "collation/measuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace quipu {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::size_t rows_a_call = 100;

/// What the flows at a topic are measured in, over all versions; the newest that is known says how
/// long its stretches are.
struct declared {
  bool is_there = false;
  bool counts = false;
  milliseconds stretch{0};
};

declared find_measures(const shelf& plans, const std::string& app, const std::string& topic) {
  declared found;
  const auto active = plans.all_active();
  for (const auto& version : plans.versions(app)) {
    const auto* flow = version->find(topic);
    if (flow == nullptr) continue;
    found.is_there = true;
    const auto& stats = flow->activities.front().stats;
    if (!stats.counts) continue;
    const bool is_active = std::find(active.begin(), active.end(), version) != active.end();
    if (!found.counts || is_active) found.stretch = stats.stretch;
    found.counts = true;
  }
  return found;
}

std::int64_t to_ms(system_clock::time_point at) {
  return duration_cast<milliseconds>(at.time_since_epoch()).count();
}

/// Reads page by page and adds up.
class adding : public std::enable_shared_from_this<adding> {
public:
  adding(ledger& from, measures_filter which, then<std::vector<stats_info>> done)
      : from_(from), which_(std::move(which)), done_(std::move(done)) {}

  void go_on() {
    from_.measures(
        which_, [self = shared_from_this()](const result<measures_page>& got) { self->take(got); });
  }

private:
  void take(const result<measures_page>& got) {
    if (!got) return done_(got.error());
    for (const auto& row : got->rows) {
      if (all_.empty() || all_.back().key != row.key) begin(row.key);
      whole_.add(row);
      totals one;
      one.add(row);
      std::optional<system_clock::time_point> at;
      if (row.from_ms != all_time) at = system_clock::time_point{milliseconds{row.from_ms}};
      all_.back().stretches.push_back({at, one.read()});
    }
    which_.after = got->next;
    if (!which_.after.empty()) return go_on();
    if (all_.empty() && which_.key) begin(*which_.key);
    if (!all_.empty()) all_.back().total = whole_.read();
    done_(std::move(all_));
  }

  void begin(const std::string& key) {
    if (!all_.empty()) all_.back().total = whole_.read();
    whole_ = {};
    all_.push_back({key, {}, {}});
  }

  ledger& from_;
  measures_filter which_;
  then<std::vector<stats_info>> done_;
  std::vector<stats_info> all_;
  totals whole_;
};

} // namespace

void read_stats(ledger& from, const shelf& plans, stats_query which,
                then<std::vector<stats_info>> done) {
  if (which.app.empty()) {
    auto app = plans.only_active();
    if (!app) return done(app.error());
    which.app = std::move(*app);
  }
  const auto found = find_measures(plans, which.app, which.topic);
  if (!found.is_there)
    return done(failure{fault::not_found, fmt::format("app \"{}\" has no flow at topic \"{}\"",
                                                      which.app, which.topic)});
  if (!found.counts)
    return done(
        failure{fault::not_found,
                fmt::format("the flow at \"{}\" of app \"{}\" is not measured: `stats` of its "
                            "trigger has no key and no measures",
                            which.topic, which.app)});
  measures_filter filter{which.app, which.topic};
  filter.key = std::move(which.key);
  filter.most = rows_a_call;
  if (which.from) {
    const auto at = to_ms(*which.from);
    filter.from_ms = found.stretch.count() == 0 ? at : at - at % found.stretch.count();
  }
  if (which.before) filter.before_ms = to_ms(*which.before);
  std::make_shared<adding>(from, std::move(filter), std::move(done))->go_on();
}

} // namespace quipu
