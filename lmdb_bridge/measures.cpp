#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

/// What the jobs of a flow add up to. A row is a head and a row of the table for each cell, so that
/// adding to a cell rewrites that cell alone.
namespace quipu::lmdb {

using namespace store_rules;

namespace {

struct row_head {
  std::int64_t until_ms = 0; ///< 0: kept for ever
  timer_key expiry;          ///< when that is looked at; absent when it is kept for ever
  std::uint64_t tallied = 0; ///< how many of the cells a tally made
  std::string key;
};

std::string encode(const row_head& of) {
  packer to;
  to.time(of.until_ms).time(of.expiry.due).number(of.expiry.arming);
  return std::move(to.number(of.tallied).text(of.key).bytes);
}

row_head decode_head(std::string_view bytes) {
  unpacker from{bytes};
  row_head of;
  of.until_ms = from.time();
  of.expiry.due = from.time();
  of.expiry.arming = from.number();
  of.tallied = from.number();
  of.key = from.text();
  return of;
}

std::string encode(const measures_row::cell& of) {
  return std::move(
      packer{}.text(of.name).text(of.text).number(static_cast<std::uint64_t>(of.amount)).bytes);
}

measures_row::cell decode_cell(std::string_view bytes) {
  unpacker from{bytes};
  return {from.text(), from.text(), static_cast<std::int64_t>(from.number())};
}

std::string rows_of(std::string_view app, std::string_view topic) {
  std::string made;
  add_text(made, app, longest_short_text);
  add_text(made, topic, longest_short_text);
  return made;
}

// Behind the texts and the time that a key begins with.
std::size_t behind(std::string_view key, int texts) {
  std::size_t at = 0;
  for (; texts > 0 && at < key.size(); --texts) {
    const auto size = static_cast<unsigned char>(key[at]);
    at += 1 + (size == 0xffU ? head{}.size() : size);
  }
  at += 8;
  if (at >= key.size()) throw broken_row{"a key of measures is cut short"};
  return at;
}

std::string cell_key(const std::string& row, const addition& what) {
  const auto [name, text] = cell_of(what);
  auto made = row + 'n';
  add_text(made, packer{}.text(name).text(text).bytes, longest_short_text);
  return made;
}

} // namespace

void store::measure(const snapshot& of, const measurement& what) {
  const auto row = rows_of(of.app, of.topic) + measures_place(what.key, what.from_ms);
  const auto until = what.until_ms.value_or(0);
  row_head kept{until, {}, 0, what.key};
  const auto stored = txn().get(table::measures, row + 'm');
  if (stored) kept = decode_head(*stored);
  if (!stored && until != 0) {
    kept.expiry = arm_timer(until, due_measures(row));
  } else if (stored && kept.until_ms != 0) {
    kept.until_ms = until == 0 ? 0 : std::max(kept.until_ms, until);
    if (until == 0) txn().erase(table::timers, key_of(std::exchange(kept.expiry, {})));
  }
  for (auto add : what.adds) {
    auto at = cell_key(row, add);
    auto before = txn().get(table::measures, at);
    if (!before && add.does == addition::kind::tally) {
      if (kept.tallied == most_tallied) {
        add.text.clear();
        at = cell_key(row, add);
        before = txn().get(table::measures, at);
      } else {
        ++kept.tallied;
      }
    }
    std::optional<measures_row::cell> was;
    if (before) was = decode_cell(*before);
    if (const auto sum = added(was ? &*was : nullptr, add))
      txn().put(table::measures, at, encode(*sum));
  }
  txn().put(table::measures, row + 'm', encode(kept));
}

std::string store::row_of_measures(std::string_view key) {
  return std::string{key.substr(0, behind(key, 3))};
}

packer store::due_measures(const std::string& row) {
  return packer{}.number(static_cast<unsigned>(timer::measures)).text(row);
}

// The time that was set when the row was made has come; since then it may have been prolonged.
void store::expire_measures(const std::string& row, std::int64_t now_ms) {
  const auto stored = txn().get(table::measures, row + 'm');
  if (!stored) throw broken_row{"a timer names measures that are not there"};
  auto kept = decode_head(*stored);
  if (kept.until_ms > now_ms) {
    kept.expiry = arm_timer(kept.until_ms, due_measures(row));
    txn().put(table::measures, row + 'm', encode(kept));
  } else {
    txn().erase_all(table::measures, row);
  }
}

std::optional<timer_key> store::expiry_of_measures(std::string_view head) {
  const auto kept = decode_head(head);
  return kept.until_ms == 0 ? std::nullopt : std::optional{kept.expiry};
}

result<measures_page> store::measures(const measures_filter& which) {
  const auto range = range_of(which);
  if (!range) return range.error();
  measures_page page;
  const auto mine = rows_of(which.app, which.topic);
  std::string last; // the place of the newest row of the page
  bool skips = false;
  txn().walk_from(table::measures, mine + range->begin,
                  [&](std::string_view at, std::string_view value) {
                    if (!at.starts_with(mine) || at.substr(mine.size()) >= range->stop)
                      return false;
                    const auto row = at.substr(mine.size());
                    const auto place = row.substr(0, behind(row, 1));
                    if (at[mine.size() + place.size()] == 'n') {
                      if (!skips) page.rows.back().cells.push_back(decode_cell(value));
                      return true;
                    }
                    const auto from_ms = unbiased(read_be64(place, place.size() - 8));
                    skips = !is_between(which, from_ms);
                    if (skips) return true;
                    if (page.rows.size() == which.most) {
                      page.next = measures_cursor(last);
                      return false;
                    }
                    last = place;
                    page.rows.push_back({decode_head(value).key, from_ms, {}});
                    return true;
                  });
  for (auto& row : page.rows)
    std::ranges::sort(row.cells, {},
                      [](const measures_row::cell& of) { return std::tie(of.name, of.text); });
  return page;
}

} // namespace quipu::lmdb
