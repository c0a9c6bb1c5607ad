#include "actors/answered.hpp"
#include "actors/inspect.hpp"
#include "actors/local_client.hpp"
#include "actors/stats.hpp"
#include "collation/replay.hpp"
#include "flows/view.hpp"

#include <fmt/format.h>

/// Jobs, their histories, and what they add up to.
namespace quipu {

namespace {

/// How many records one call of the store brings.
constexpr std::size_t records_a_call = 1'000;

std::int64_t epoch_ms(std::chrono::system_clock::time_point at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

/// What the workers of a job's open calls have last said.
void add_progress(json& open, const std::vector<std::shared_ptr<const call>>& calls) {
  for (const auto& each : calls) {
    const auto beat = each->last_beat();
    if (!beat) continue;
    for (auto& owed : open)
      if (owed["activity"] == each->activity() && owed["dimension"] == each->dimension()) {
        owed["progress"] = beat->progress;
        owed["heartbeat"] = iso_time(epoch_ms(beat->at));
      }
  }
}

} // namespace

result<job_info> local_client::job(const std::string& id) {
  const auto in = enter();
  if (!in) return in.error();
  answered<job_info> looked;
  inspect(*with_.store, *with_.plans, id, looked.then());
  auto found = looked.wait();
  if (found && with_.open) add_progress(found->open, with_.open->of(id));
  return found;
}

result<std::vector<json>> local_client::history(const std::string& id) {
  const auto in = enter();
  if (!in) return in.error();
  answered<snapshot> read;
  with_.store->read(id, read.then());
  auto there = read.wait();
  if (!there) return there.error();
  const auto app = with_.plans->find(there->app, there->version);
  const auto* rules = app ? app->find(there->topic) : nullptr;
  if (rules == nullptr)
    return failure{
        fault::not_found,
        fmt::format("the definition of job \"{}\", app \"{}\" version \"{}\", is not there", id,
                    there->app, there->version)};
  std::vector<json> all;
  const auto tell = [&](const record& what, const quipu::job& after) {
    all.push_back(describe(what, after, *rules));
  };
  for (replay made;;) {
    answered<quipu::history_page> asked;
    with_.store->history(id, made.next(), records_a_call, asked.then());
    auto page = asked.wait();
    if (!page) return page.error();
    if (auto taken = made.take(*page, UINT64_MAX, tell); !taken) return taken.error();
    if (page->records.empty() || made.next() > page->total) return all;
  }
}

result<job_list> local_client::jobs(const job_query& which) {
  const auto in = enter();
  if (!in) return in.error();
  job_filter filter{which.app, which.topic, which.state};
  if (which.index) filter.index = field{which.index->name, which.index->value};
  if (which.from) filter.from_ms = epoch_ms(*which.from);
  if (which.before) filter.before_ms = epoch_ms(*which.before);
  filter.after = which.after;
  job_list list;
  do {
    // One call of the store looks at so many jobs and no more.
    filter.most = which.most - list.rows.size();
    answered<job_page> asked;
    with_.store->jobs(filter, asked.then());
    auto page = asked.wait();
    if (!page) return page.error();
    for (auto& row : page->rows) {
      job_list::row made{std::move(row.job),   std::move(row.app),   std::move(row.version),
                         std::move(row.topic), std::move(row.state), time_of(row.created_ms),
                         std::nullopt};
      if (row.ended_ms != 0) made.ended = time_of(row.ended_ms);
      list.rows.push_back(std::move(made));
    }
    list.next = filter.after = std::move(page->next);
  } while (list.rows.size() < which.most && !list.next.empty());
  return list;
}

result<std::vector<stats_info>> local_client::stats(const stats_query& which) {
  const auto in = enter();
  if (!in) return in.error();
  answered<std::vector<stats_info>> read;
  read_stats(*with_.store, *with_.plans, which, read.then());
  return read.wait();
}

} // namespace quipu
