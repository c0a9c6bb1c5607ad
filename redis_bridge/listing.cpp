#include "redis_bridge/listing.hpp"

#include "collation/store_rules.hpp"
#include "redis_bridge/fan_out.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

namespace quipu::redis {

namespace {

using store_rules::cursor;

/// A job's place in a list: those that stand later are shown first.
using place = std::pair<std::int64_t, std::uint64_t>;

struct listed {
  place at;
  job_row row;
};

/// What one partition has found.
struct found {
  bool all = false;        ///< of this list
  std::optional<place> at; ///< of the last row that was looked at; none: there was none
  std::vector<listed> rows;
  std::size_t looked = 0;
};

struct listing : std::enable_shared_from_this<listing> {
  listing(calls& to, job_filter asked, then<job_page> tell)
      : by{to}, which{std::move(asked)}, done{std::move(tell)} {}

  calls& by;
  job_filter which;
  then<job_page> done;
  cursor at;                                    ///< from behind which the next calls look
  std::size_t looks = store_rules::jobs_a_look; ///< that are left
  job_page page;

  void ask();
  void ask(unsigned partition, then<found> told);
  void take(result<std::vector<found>> got);
};

result<found> to_found(const piece& said, bool ended) {
  found got;
  got.all = said[0].integer() == 1;
  got.looked = static_cast<std::size_t>(said[4].integer());
  if (got.looked > 0) got.at = {said[1].number(), static_cast<std::uint64_t>(said[2].integer())};
  for (std::size_t each = 0; each < said[3].size(); ++each) {
    auto row = to_job_row(said[3][each]);
    const auto when = ended ? row.ended_ms : row.created_ms;
    const auto number = static_cast<std::uint64_t>(said[3][each][3].integer());
    got.rows.push_back({{when, number}, std::move(row)});
  }
  return got;
}

void listing::ask() {
  everywhere<found>(
      by.partitions(), [this](unsigned where, then<found> told) { ask(where, std::move(told)); },
      [self = shared_from_this()](result<std::vector<found>> got) { self->take(std::move(got)); });
}

void listing::ask(unsigned partition, then<found> told) {
  auto words = by.begin("quipu1_jobs", partition);
  const std::string_view all = at.ended ? "ended" : "running";
  if (which.index)
    words.add(fmt::format("{}:{}:{}{}", at.ended ? "ie" : "ir", which.index->name.size(),
                          which.index->name, which.index->bytes));
  else
    words.add(all);
  if (at.at_ms == INT64_MAX)
    words.add("+inf").add("1e15");
  else
    words.number(at.at_ms).number(at.number);
  words.add(which.from_ms ? std::to_string(*which.from_ms) : "-inf");
  words.add(which.app).add(which.topic).add(which.state);
  words.number(which.most - page.rows.size()).number(looks / by.partitions());
  by.make<found>(
      calls::does::reads, words, std::move(told),
      [ended = at.ended](const piece& said, std::string&) { return to_found(said, ended); });
}

void listing::take(result<std::vector<found>> got) {
  if (!got) return done(got.error());
  std::vector<listed> rows;
  // Behind it a partition may have rows that it has not looked at.
  std::optional<place> seen;
  for (auto& each : *got) {
    std::move(each.rows.begin(), each.rows.end(), std::back_inserter(rows));
    looks -= std::min(looks, each.looked);
    if (!each.all)
      seen = std::max(seen.value_or(place{}), each.at.value_or(place{at.at_ms, at.number}));
  }
  std::ranges::sort(rows, std::ranges::greater{}, &listed::at);
  for (auto& each : rows) {
    if (seen && each.at < *seen) break;
    if (page.rows.size() == which.most) {
      page.next = to_text(at);
      return done(std::move(page));
    }
    at.at_ms = each.at.first;
    at.number = each.at.second;
    page.rows.push_back(std::move(each.row));
  }
  if (seen) {
    at.at_ms = seen->first;
    at.number = seen->second;
    page.next = to_text(at);
    return done(std::move(page));
  }
  if (at.ended || !store_rules::may_show(which, true)) return done(std::move(page));
  at = store_rules::begin_of_ended(which);
  ask();
}

} // namespace

void list(calls& by, job_filter which, then<job_page> done) {
  const auto begun = std::make_shared<listing>(by, std::move(which), std::move(done));
  const auto begin = store_rules::begin_of(begun->which);
  if (!begin) return by.complete(std::move(begun->done), begin.error());
  begun->at = *begin;
  begun->ask();
}

} // namespace quipu::redis
