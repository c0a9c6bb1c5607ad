#pragma once

#include "tests/contract/caller.hpp"

#include <fmt/format.h>

#include <map>

namespace quipu::contract {

/// Everything that an audit gives, page by page.
inline std::vector<audit_row> audited(caller& store, std::size_t most = 7) {
  std::vector<audit_row> all;
  std::string after;
  do {
    auto page = *store.audit(after, most);
    std::ranges::move(page.rows, std::back_inserter(all));
    after = page.next;
  } while (!after.empty());
  return all;
}

/// Claims without a row, rows without a claim, and what is in trouble: a line each.
inline names without_their_likes(const std::vector<audit_row>& all) {
  std::map<std::tuple<std::string, std::string, std::string>, int> balance;
  names wrong;
  for (const auto& row : all) {
    if (row.trouble.empty())
      balance[{row.table, row.key, row.value}] += row.claimed ? 1 : -1;
    else
      wrong.push_back(row.table + " " + row.trouble);
  }
  for (const auto& [row, count] : balance)
    if (count != 0)
      wrong.push_back(fmt::format("{} {} of {} {}", std::abs(count), count > 0 ? "claims" : "rows",
                                  std::get<0>(row), std::get<1>(row)));
  return wrong;
}

} // namespace quipu::contract
