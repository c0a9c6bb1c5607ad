#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "redis_bridge/listing.hpp"
#include "redis_bridge/redis_ledger/inside.hpp"
#include "redis_bridge/redis_ledger/place.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

/// What changes nothing, and the mending of what an audit has found.
namespace quipu {

using namespace redis;

namespace {

/// The parts of a store that an audit reads by themselves, behind the keys.
constexpr std::int64_t audit_phases = 4;

/// What partitions have of rows of measures becomes a page of whole rows.
measures_page one_page(std::vector<std::pair<bool, std::vector<measures_part>>>&& all,
                       std::size_t most) {
  std::map<std::string, measures_part> rows;
  std::optional<std::string> seen; // behind it a partition may have parts that it has not given
  for (auto& [more, parts] : all) {
    if (more && !parts.empty())
      seen = std::min(seen.value_or(parts.back().place), parts.back().place);
    for (auto& each : parts) {
      const auto [found, is_new] = rows.try_emplace(each.place, each);
      if (!is_new) merge(found->second, std::move(each));
    }
  }
  measures_page page;
  for (auto& [place, each] : rows) {
    if (page.rows.size() == most || (seen && place > *seen)) break;
    page.rows.push_back(std::move(each.row));
    page.next = store_rules::measures_cursor(place);
  }
  if (!seen && page.rows.size() == rows.size()) page.next.clear();
  return page;
}

} // namespace

void redis_ledger::read(std::string job, then<snapshot> done) {
  auto words = inside_->begin("quipu1_read", inside_->of(job));
  words.add(job);
  inside_->reads<snapshot>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<snapshot> { return to_snapshot(said); },
      [=](std::string_view, const piece&) { return refusals::no_job(job); });
}

void redis_ledger::history(std::string job, std::uint64_t first, std::size_t most,
                           then<history_page> done) {
  auto words = inside_->begin("quipu1_history", inside_->of(job));
  words.add(job).number(first).number(most);
  inside_->reads<history_page>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<history_page> {
        history_page page;
        page.total = static_cast<std::uint64_t>(said[0].integer());
        page.first = static_cast<std::uint64_t>(said[1].integer());
        for (std::size_t at = 0; at < said[2].size(); ++at)
          page.records.push_back(said[2][at].string());
        page.checkpoint = said[3].text();
        return page;
      },
      [=](std::string_view, const piece&) { return refusals::no_job(job); });
}

void redis_ledger::measures(measures_filter which, then<measures_page> done) {
  const auto range = store_rules::range_of(which);
  if (!range) return inside_->complete(std::move(done), range.error());
  using parts = std::pair<bool, std::vector<measures_part>>; // whether there are more
  const auto ask = [&, this](unsigned at, then<parts> told) {
    auto words = inside_->begin("quipu1_measures", at);
    const auto time = [](const std::optional<std::int64_t>& of) {
      return of ? std::to_string(*of) : std::string{};
    };
    words.add(which.app).add(which.topic).add(range->begin).add(range->stop);
    words.add(time(which.from_ms)).add(time(which.before_ms)).number(which.most);
    inside_->reads<parts>(words, std::move(told),
                          [](const piece& said, std::string&) -> result<parts> {
                            parts page{said[0].integer() == 1, {}};
                            for (std::size_t each = 0; each < said[1].size(); ++each)
                              page.second.push_back(to_measures_part(said[1][each]));
                            return page;
                          });
  };
  everywhere<parts>(inside_->partitions(), ask,
                    [done = std::move(done), most = which.most](result<std::vector<parts>> all) {
                      if (!done) return;
                      if (!all) return done(all.error());
                      done(one_page(std::move(*all), most));
                    });
}

void redis_ledger::published(std::string after, std::size_t most,
                             then<std::vector<published_row>> done) {
  const auto number = store_rules::publication_number(after);
  if (!number) return inside_->complete(std::move(done), number.error());
  auto words = inside_->begin("quipu1_published");
  words.number(*number).number(most);
  inside_->reads<std::vector<published_row>>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<published_row>> {
        std::vector<published_row> rows;
        for (std::size_t at = 0; at < said.size(); ++at) rows.push_back(to_published(said[at]));
        return rows;
      });
}

void redis_ledger::jobs(job_filter which, then<job_page> done) {
  list(*inside_, std::move(which), std::move(done));
}

// A page's place: which part of the store, and where in it.
void redis_ledger::audit(std::string after, std::size_t most, then<audit_page> done) {
  const auto [part, within] = part_of(after, inside_->partitions());
  const auto dot = within.find('.');
  const auto phase = page_number(within.substr(0, dot));
  const auto position = page_number(dot == std::string::npos ? "" : within.substr(dot + 1));
  if (!phase || !position || (!within.empty() && dot == std::string::npos))
    return inside_->complete(
        std::move(done),
        failure{fault::bad_request,
                fmt::format("\"{}\" is nothing that a page of the audit gave", after)});
  auto words = inside_->begin("quipu1_audit", part);
  words.number(*phase).number(*position).number(most);
  inside_->reads<audit_page>(words, std::move(done),
                             [part = part, of = inside_->partitions()](
                                 const piece& said, std::string&) -> result<audit_page> {
                               audit_page page;
                               for (std::size_t at = 0; at < said[2].size(); ++at)
                                 page.rows.push_back(to_audit_row(said[2][at]));
                               if (said[0].integer() <= audit_phases)
                                 page.next =
                                     fmt::format("{}.{}", said[0].integer(), said[1].text());
                               page.next = next_part(part, of, std::move(page.next));
                               return page;
                             });
}

void redis_ledger::mend(audit_row what, then<void> done) {
  mend_where_it_is(*inside_, std::move(what), std::move(done));
}

} // namespace quipu
