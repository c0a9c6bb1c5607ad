#include "collation/refusals.hpp"
#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <fmt/format.h>

/// Reading without changing anything.
namespace quipu::lmdb {

using namespace store_rules;

result<snapshot> store::read(const std::string& id) {
  if (auto* of = find(id)) return look(*of);
  return refusals::no_job(id);
}

result<history_page> store::history(const std::string& id, std::uint64_t first, std::size_t most) {
  const auto* of = find(id);
  if (!of) return refusals::no_job(id);
  history_page page;
  page.total = of->about.records;
  page.first = std::max<std::uint64_t>(first, 1);
  if (const auto row = txn().get(table::history, checkpoint_key(of->number))) {
    unpacker from{*row};
    const auto gone = from.number();
    page.first = std::max(page.first, gone + 1);
    if (page.first == gone + 1) page.checkpoint = from.text();
  }
  const auto mine = be64(of->number);
  // The row that holds the first record begins with it or before it.
  auto from = key(of->number, page.first);
  txn().walk_back(table::history, key(of->number, page.first + 1),
                  [&](std::string_view at, std::string_view) {
                    if (at.starts_with(mine) && read_be64(at, 8) != 0) from = at;
                    return false;
                  });
  txn().walk_from(table::history, from, [&](std::string_view at, std::string_view value) {
    if (!at.starts_with(mine) || page.records.size() >= most) return false;
    auto number = read_be64(at, 8);
    unpacker records{value};
    for (auto left = records.number(); left > 0 && page.records.size() < most; --left, ++number) {
      const auto record = records.view();
      if (number >= page.first) page.records.emplace_back(record);
    }
    return true;
  });
  return page;
}

result<job_page> store::jobs(const job_filter& which) {
  auto begin = begin_of(which);
  if (!begin) return begin.error();
  job_page page;
  std::size_t looked = 0;
  for (auto at = *begin;; at = begin_of_ended(which)) {
    // The whole list, or the part of the index that has such jobs.
    auto list = at.ended ? table::ended : table::running;
    std::string prefix;
    if (which.index) {
      list = table::indexed;
      prefix = key(which.index->name, which.index->bytes, at.ended ? 'e' : 'r');
    }
    txn().walk_back(list, prefix + key(biased(at.at_ms), at.number),
                    [&](std::string_view row, auto) {
                      if (!row.starts_with(prefix)) return false;
                      const auto at_ms = unbiased(read_be64(row, prefix.size()));
                      const auto number = read_be64(row, prefix.size() + 8);
                      if (which.from_ms && at_ms < *which.from_ms) return false;
                      auto of = peek(number);
                      const bool fits = shows(which, of);
                      if ((fits && page.rows.size() == which.most) || looked == jobs_a_look) {
                        page.next = to_text(at);
                        return false;
                      }
                      if (fits) page.rows.push_back(std::move(of));
                      at = {at.ended, at_ms, number};
                      ++looked;
                      return true;
                    });
    if (at.ended || !page.next.empty() || !may_show(which, true)) return page;
  }
}

// Without keeping it: a list may be long.
job_row store::peek(std::uint64_t number) {
  const auto row_of = [](const snapshot& about) {
    return job_row{about.job,    about.app,   about.version,    about.topic,
                   about.parent, about.state, about.created_ms, about.ended_ms};
  };
  if (const auto known = jobs_.find(number); known != jobs_.end())
    return row_of(known->second.about);
  const auto row = txn().get(table::jobs, be64(number));
  if (!row) throw broken_row{fmt::format("job number {} is listed, but it is not there", number)};
  return row_of(decode_job(number, *row).about);
}

result<std::vector<published_row>> store::published(const std::string& after, std::size_t most) {
  const auto number = publication_number(after);
  if (!number) return number.error();
  std::vector<published_row> rows;
  txn().walk_from(
      table::publications, be64(*number + 1), [&](std::string_view at, std::string_view value) {
        if (rows.size() == most) return false;
        unpacker from{value};
        auto& row = rows.emplace_back();
        row.id = publication_id(read_be64(at));
        row.at_ms = from.time();
        for (auto* text : {&row.what.app, &row.what.topic, &row.what.job, &row.what.body})
          *text = from.text();
        return true;
      });
  return rows;
}

} // namespace quipu::lmdb
