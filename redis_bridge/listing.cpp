#include "redis_bridge/listing.hpp"

#include "collation/store_rules.hpp"

#include <fmt/format.h>

#include <optional>

namespace quipu::redis {

namespace {

using store_rules::cursor;

/// What one call has found.
struct found {
  bool all = false;         ///< of this list
  std::optional<cursor> at; ///< of the last row that was looked at; none: there was none
  std::vector<job_row> rows;
  std::size_t looked = 0;
};

struct listing : std::enable_shared_from_this<listing> {
  listing(calls& to, job_filter asked, then<job_page> tell)
      : by{to}, which{std::move(asked)}, done{std::move(tell)} {}

  calls& by;
  job_filter which;
  then<job_page> done;
  cursor at;                                    ///< from behind which the next call looks
  std::size_t looks = store_rules::jobs_a_look; ///< that are left
  job_page page;

  void ask();
  void take(result<found> got);
};

result<found> to_found(const piece& said, bool ended) {
  found got;
  got.all = said[0].integer() == 1;
  got.looked = static_cast<std::size_t>(said[4].integer());
  if (got.looked > 0)
    got.at =
        cursor{ended, std::stoll(said[1].string()), static_cast<std::uint64_t>(said[2].integer())};
  for (std::size_t each = 0; each < said[3].size(); ++each)
    got.rows.push_back(to_job_row(said[3][each]));
  return got;
}

void listing::ask() {
  auto words = by.begin("quipu1_jobs");
  const std::string_view all = at.ended ? "ended" : "running";
  if (which.index)
    words.keep(fmt::format("{}:{}:{}{}", at.ended ? "ie" : "ir", which.index->name.size(),
                           which.index->name, which.index->bytes));
  else
    words.add(all);
  if (at.at_ms == INT64_MAX)
    words.add("+inf").add("1e15");
  else
    words.number(at.at_ms).number(at.number);
  words.keep(which.from_ms ? std::to_string(*which.from_ms) : "-inf");
  words.add(which.app).add(which.topic).add(which.state);
  words.number(which.most - page.rows.size()).number(looks);
  by.make<found>(
      calls::does::reads, words,
      [self = shared_from_this()](result<found> got) { self->take(std::move(got)); },
      [ended = at.ended](const piece& said, std::string&) { return to_found(said, ended); });
}

void listing::take(result<found> got) {
  if (!got) return done(got.error());
  for (auto& row : got->rows) page.rows.push_back(std::move(row));
  looks -= got->looked;
  if (got->at) at = *got->at;
  if (!got->all) {
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
