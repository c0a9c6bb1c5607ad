#include "collation/memory/store.hpp"

#include <fmt/format.h>

/// Every claim and every row that has one. Here each is made of one and the same value in memory,
/// so what does not fit is a bug of the store, not of a disk.
namespace quipu::memory {

namespace {

/// A row about an obligation: where it stands, and whose it is.
std::string about(const std::string& job, const std::string& name) { return job + '/' + name; }

} // namespace

result<audit_page> store::audit(const std::string& after) const {
  if (!after.empty())
    return failure{fault::bad_request,
                   fmt::format("\"{}\" is nothing that a page of the audit gave", after)};
  audit_page page;
  bool claimed = true;
  const auto row = [&](std::string_view table, std::string key, std::string value,
                       const std::string& job) {
    page.rows.push_back({std::string{table}, std::move(key), std::move(value), claimed, job, {}});
  };
  const auto at = [](const timer_key& key) { return fmt::format("{} {}", key.first, key.second); };
  for (const auto& [id, of] : jobs_) {
    const bool runs = of.about.state == "running";
    if (of.about.owner != 0) row("sets", fmt::format("{} {}", of.about.owner, of.number), id, id);
    if (of.queued) row("queues", fmt::format("{} {}", of.about.owner, *of.queued), id, id);
    if (of.ready) row("ready", std::to_string(*of.ready), id, id);
    if (runs && of.about.owner == 0 && !of.inbox.empty() && !of.ready)
      row("ready", "of a job that has mail", id, id);
    row(runs ? "running" : "ended", at({runs ? of.about.created_ms : of.about.ended_ms, of.number}),
        id, id);
    for (const auto& [name, by] : of.index)
      row("index", fmt::format("{}={} {}", name, by, of.number), id, id);
    if (of.expiry) row("timers", at(*of.expiry), id, id);
    for (const auto& [name, open] : of.obligations) {
      if (open.timed && !open.answered)
        row("timers", at({*open.row.due_ms, open.number}), about(id, name), id);
      if (!open.answered)
        for (const auto& board : open.row.waits)
          row("waits", fmt::format("{} {}", board, open.number), about(id, name), id);
      if (open.in_backlog && !open.answered)
        row("backlog", fmt::format("{} {}", open.row.backlog, open.number), about(id, name), id);
    }
  }
  for (const auto& [board, what] : boards_)
    if (what.early && what.early->boards.front() == board)
      row("timers", at(what.early->until), what.early->boards.front(), {});
  for (const auto& [of, rows] : measures_)
    for (const auto& [place, kept] : rows)
      if (kept.until_ms) row("timers", at(kept.expiry), about(of.first, of.second), of.first);
  for (const auto& [key, until] : said_) row("timers", at(until), about(key.first, key.second), {});

  claimed = false;
  for (const auto& [owner, set] : sets_)
    for (const auto& [number, id] : set) row("sets", fmt::format("{} {}", owner, number), id, id);
  for (const auto& [owner, queue] : queues_)
    for (const auto& [number, id] : queue)
      row("queues", fmt::format("{} {}", owner, number), id, id);
  for (const auto& [number, id] : ready_) row("ready", std::to_string(number), id, id);
  for (const auto& [key, id] : all_.running) row("running", at(key), id, id);
  for (const auto& [key, id] : all_.ended) row("ended", at(key), id, id);
  for (const auto& [by, lists] : index_)
    for (const auto* list : {&lists.running, &lists.ended})
      for (const auto& [key, id] : *list)
        row("index", fmt::format("{}={} {}", by.first, by.second, key.second), id, id);
  for (const auto& [key, what] : timers_) {
    if (what.what == timer::kind::spent) continue;
    const bool plain = what.what == timer::kind::expiry || what.what == timer::kind::early;
    row("timers", at(key), plain ? what.job : about(what.job, what.obligation), what.job);
  }
  for (const auto& [board, what] : boards_) {
    for (const auto& [number, who] : what.waits)
      row("waits", fmt::format("{} {}", board, number), about(who.first, who.second), who.first);
    for (const auto& [id, hook] : what.late)
      if (const auto* of = find(id); of == nullptr || !of->hooks.contains(hook))
        row("late", board, about(id, hook), id);
  }
  for (const auto& [topic, calls] : backlog_)
    for (const auto& [number, who] : calls)
      row("backlog", fmt::format("{} {}", topic, number), about(who.first, who.second), who.first);
  return page;
}

result<void> store::mend(const audit_row& what) const {
  return failure{fault::conflict,
                 fmt::format("{} \"{}\" is as it should be", what.table, what.key)};
}

} // namespace quipu::memory
