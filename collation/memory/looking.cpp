#include "collation/memory/store.hpp"
#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"

#include <fmt/format.h>

/// Reading without changing anything.
namespace quipu::memory {

using namespace store_rules;

result<snapshot> store::read(const std::string& id) const {
  if (const auto* of = find(id)) return look(*of);
  return refusals::no_job(id);
}

result<history_page> store::history(const std::string& id, std::uint64_t first,
                                    std::size_t most) const {
  const auto* of = find(id);
  if (!of) return refusals::no_job(id);
  history_page page;
  page.total = of->about.records;
  const auto gone = page.total - of->history.size();
  page.first = std::max<std::uint64_t>(first, gone + 1);
  if (page.first == gone + 1) page.checkpoint = of->checkpoint;
  for (auto at = page.first; at <= page.total && page.records.size() < most; ++at)
    page.records.push_back(of->history[at - gone - 1]);
  return page;
}

result<job_page> store::jobs(const job_filter& which) const {
  auto begin = begin_of(which);
  if (!begin) return begin.error();
  static const job_lists nothing;
  const auto* lists = &all_;
  if (which.index) {
    const auto found = index_.find({which.index->name, which.index->bytes});
    lists = found == index_.end() ? &nothing : &found->second;
  }
  job_page page;
  std::size_t looked = 0;
  for (auto at = *begin;; at = begin_of_ended(which)) {
    const auto& list = at.ended ? lists->ended : lists->running;
    for (auto next = list.lower_bound({at.at_ms, at.number}); next != list.begin();) {
      --next;
      if (which.from_ms && next->first.first < *which.from_ms) break;
      const auto& about = find(next->second)->about;
      const job_row row{about.job,    about.app,   about.version,    about.topic,
                        about.parent, about.state, about.created_ms, about.ended_ms};
      const bool fits = shows(which, row);
      if ((fits && page.rows.size() == which.most) || looked == jobs_a_look) {
        page.next = to_text(at);
        return page;
      }
      if (fits) page.rows.push_back(row);
      at = {at.ended, next->first.first, next->first.second};
      ++looked;
    }
    if (at.ended || !may_show(which, true)) return page;
  }
}

result<std::vector<published_row>> store::published(const std::string& after,
                                                    std::size_t most) const {
  const auto number = publication_number(after);
  if (!number) return number.error();
  std::vector<published_row> rows;
  for (auto at = publications_.upper_bound(*number);
       at != publications_.end() && rows.size() < most; ++at)
    rows.push_back(at->second);
  return rows;
}

std::vector<std::string> store::dump() const {
  std::vector<std::string> rows;
  const auto within = [](std::string_view outer, std::string_view inner) {
    return fmt::format("{}/{}", outer, inner);
  };
  const auto row = [&](std::string_view table, const auto& key, const auto& value) {
    rows.push_back(fmt::format("{} {} {}", table, key, value));
  };
  for (const auto& [key, app] : apps_)
    row("apps", within(key.first, key.second), app.active ? "active" : "");
  for (const auto& [owner, held] : leases_)
    row("leases", owner, fmt::format("{} {}", held.what.until_ms, held.spent));
  for (const auto& [id, of] : jobs_) {
    row("jobs", id,
        fmt::format("{} {} {} {}", of.about.gid, of.about.state, of.about.owner,
                    to_hex(of.about.at)));
    if (!of.checkpoint.empty()) row("history", id, of.checkpoint);
    for (const auto& record : of.history) row("history", id, record);
    for (const auto& [name, bytes] : of.fields) row("fields", within(id, name), bytes);
    for (const auto& [name, open] : of.obligations)
      row("obligations", within(id, name),
          fmt::format("{} {} {}", open.row.body, open.answered, open.number));
    for (const auto& in : of.inbox) row("mail", within(id, in.id), in.body);
    for (const auto& [hook, wait] : of.hooks) row("hooks", within(id, hook), wait.obligation);
  }
  for (const auto& [owner, set] : sets_)
    for (const auto& [number, id] : set) row("sets", owner, id);
  for (const auto& [owner, queue] : queues_)
    for (const auto& [number, id] : queue) row("queues", owner, id);
  for (const auto& [number, id] : ready_) row("ready", number, id);
  for (const auto& [key, what] : timers_)
    row("timers", fmt::format("{} {}", key.first, key.second),
        fmt::format("{} {} {}", static_cast<int>(what.what), what.job, what.obligation));
  for (const auto& [at, board] : boards_) {
    for (const auto& [number, who] : board.waits)
      row("waits", at, fmt::format("{} {} {}", number, who.first, who.second));
    if (board.early) row("early", at, board.early->what.id);
    for (const auto& [id, hook] : board.late) row("late", at, within(id, hook));
  }
  for (const auto& [topic, calls] : backlog_)
    for (const auto& [number, who] : calls)
      row("backlog", topic, fmt::format("{} {} {}", number, who.first, who.second));
  for (const auto& [key, until] : said_) row("said", within(key.first, key.second), until.first);
  for (const auto& [key, id] : all_.running) row("running", key.first, id);
  for (const auto& [key, id] : all_.ended) row("ended", key.first, id);
  for (const auto& [by, lists] : index_) {
    for (const auto& [key, id] : lists.running)
      row("index running", by.first + '/' + by.second, id);
    for (const auto& [key, id] : lists.ended) row("index ended", by.first + '/' + by.second, id);
  }
  for (const auto& [of, rows_of] : measures_)
    for (const auto& [place, kept] : rows_of) {
      const auto where = fmt::format("{}/{}/{}/{}", of.first, of.second, kept.key, kept.from_ms);
      row("measures", where, kept.until_ms.value_or(0));
      for (const auto& [name, cell] : kept.cells)
        row("measures", where + '/' + cell.name, fmt::format("{} {}", cell.text, cell.amount));
    }
  for (const auto& [number, what] : publications_) row("publications", number, what.what.topic);
  return rows;
}

} // namespace quipu::memory
