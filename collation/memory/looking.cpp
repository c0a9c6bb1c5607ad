#include "collation/memory/store.hpp"
#include "collation/store_rules.hpp"

#include <fmt/format.h>

/// Reading without changing anything.
namespace quipu::memory {

using namespace store_rules;

result<snapshot> store::read(const std::string& id) const {
  if (const auto* of = find(id)) return look(*of);
  return failure{fault::not_found, fmt::format("there is no job \"{}\"", id)};
}

result<history_page> store::history(const std::string& id, std::uint64_t first,
                                    std::size_t most) const {
  const auto* of = find(id);
  if (!of) return failure{fault::not_found, fmt::format("there is no job \"{}\"", id)};
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
  cursor at{false, INT64_MAX, UINT64_MAX};
  if (!which.after.empty()) {
    auto given = to_cursor(which.after);
    if (!given) return given.error();
    at = *given;
  }
  job_page page;
  for (;; at = {true, INT64_MAX, UINT64_MAX}) {
    const auto& list = at.ended ? ended_ : running_;
    for (auto next = list.lower_bound({at.at_ms, at.number}); next != list.begin();) {
      --next;
      const auto& about = find(next->second)->about;
      if (!which.topic.empty() && which.topic != about.topic) continue;
      if (!which.state.empty() && which.state != about.state) continue;
      if (page.rows.size() == which.most) {
        page.next = to_text(at);
        return page;
      }
      page.rows.push_back({about.job, about.app, about.version, about.topic, about.parent,
                           about.state, about.created_ms, about.ended_ms});
      at = {at.ended, next->first.first, next->first.second};
    }
    if (at.ended) return page;
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
  const auto row = [&](std::string_view table, const auto& key, const auto& value) {
    rows.push_back(fmt::format("{} {} {}", table, key, value));
  };
  for (const auto& [key, app] : apps_)
    row("apps", key.first + '/' + key.second, app.active ? "active" : "");
  for (const auto& [owner, held] : leases_)
    row("leases", owner, fmt::format("{} {}", held.what.until_ms, held.spent));
  for (const auto& [id, of] : jobs_) {
    row("jobs", id,
        fmt::format("{} {} {} {}", of.about.gid, of.about.state, of.about.owner,
                    to_hex(of.about.at)));
    if (!of.checkpoint.empty()) row("history", id, of.checkpoint);
    for (const auto& record : of.history) row("history", id, record);
    for (const auto& [name, bytes] : of.fields) row("fields", id + '/' + name, bytes);
    for (const auto& [name, open] : of.obligations)
      row("obligations", id + '/' + name,
          fmt::format("{} {} {}", open.row.body, open.answered, open.number));
    for (const auto& in : of.inbox) row("mail", id + '/' + in.id, in.body);
    for (const auto& [hook, wait] : of.hooks) row("hooks", id + '/' + hook, wait.obligation);
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
    for (const auto& [id, hook] : board.late) row("late", at, id + '/' + hook);
  }
  for (const auto& [topic, calls] : backlog_)
    for (const auto& [number, who] : calls)
      row("backlog", topic, fmt::format("{} {} {}", number, who.first, who.second));
  for (const auto& [key, until] : said_) row("said", key.first + '/' + key.second, until.first);
  for (const auto& [key, id] : running_) row("running", key.first, id);
  for (const auto& [key, id] : ended_) row("ended", key.first, id);
  for (const auto& [number, what] : publications_) row("publications", number, what.what.topic);
  return rows;
}

} // namespace quipu::memory
