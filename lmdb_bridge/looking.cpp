#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <fmt/format.h>

/// Reading without changing anything.
namespace quipu::lmdb {

using namespace store_rules;

result<snapshot> store::read(const std::string& id) {
  if (auto* of = find(id)) return look(*of);
  return failure{fault::not_found, fmt::format("there is no job \"{}\"", id)};
}

result<history_page> store::history(const std::string& id, std::uint64_t first, std::size_t most) {
  const auto* of = find(id);
  if (!of) return failure{fault::not_found, fmt::format("there is no job \"{}\"", id)};
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
  cursor at{false, INT64_MAX, UINT64_MAX};
  if (!which.after.empty()) {
    auto given = to_cursor(which.after);
    if (!given) return given.error();
    at = *given;
  }
  job_page page;
  for (;; at = {true, INT64_MAX, UINT64_MAX}) {
    txn().walk_back(at.ended ? table::ended : table::running, key(biased(at.at_ms), at.number),
                    [&](std::string_view row, std::string_view) {
                      const auto number = read_be64(row, 8);
                      const auto of = peek(number);
                      if (!which.topic.empty() && which.topic != of.topic) return true;
                      if (!which.state.empty() && which.state != of.state) return true;
                      if (page.rows.size() == which.most) {
                        page.next = to_text(at);
                        return false;
                      }
                      page.rows.push_back(of);
                      at = {at.ended, unbiased(read_be64(row)), number};
                      return true;
                    });
    if (at.ended || !page.next.empty()) return page;
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
