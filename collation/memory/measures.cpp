#include "collation/memory/store.hpp"
#include "collation/store_rules.hpp"

/// What the jobs of a flow add up to.
namespace quipu::memory {

using namespace store_rules;

void store::measure(const snapshot& of, const measurement& what) {
  const auto place = measures_place(what.key, what.from_ms);
  auto& rows = measures_[{of.app, of.topic}];
  const auto [found, fresh] = rows.try_emplace(place);
  auto& row = found->second;
  if (fresh) {
    row.key = what.key;
    row.from_ms = what.from_ms;
    row.until_ms = what.until_ms;
    if (row.until_ms)
      row.expiry = arm_timer(*row.until_ms, {timer::kind::measures, of.app, of.topic, 0, place});
  } else if (row.until_ms) {
    row.until_ms = what.until_ms ? std::max(row.until_ms, what.until_ms) : std::nullopt;
    if (!row.until_ms) timers_.erase(row.expiry);
  }
  for (auto add : what.adds) {
    const bool tallies = add.does == addition::kind::tally;
    auto cell = row.cells.find(cell_of(add));
    if (tallies && cell == row.cells.end()) {
      if (row.tallied == most_tallied) {
        add.text.clear();
        cell = row.cells.find(cell_of(add));
      } else {
        ++row.tallied;
      }
    }
    if (auto sum = added(cell == row.cells.end() ? nullptr : &cell->second, add))
      row.cells.insert_or_assign(cell_of(add), std::move(*sum));
  }
}

// The time that was set when the row was made has come; since then it may have been prolonged.
void store::expire_measures(timer due, std::int64_t now_ms) {
  const auto of = measures_.find({due.job, due.obligation});
  auto& row = of->second.at(due.place);
  if (*row.until_ms > now_ms) {
    row.expiry = arm_timer(*row.until_ms, std::move(due));
    return;
  }
  of->second.erase(due.place);
  if (of->second.empty()) measures_.erase(of);
}

result<measures_page> store::look_at_measures(const measures_filter& which) const {
  const auto range = range_of(which);
  if (!range) return range.error();
  measures_page page;
  const auto of = measures_.find({which.app, which.topic});
  if (of == measures_.end()) return page;
  const std::string* last = nullptr;
  for (auto at = of->second.lower_bound(range->begin);
       at != of->second.end() && at->first < range->stop; ++at) {
    if (!is_between(which, at->second.from_ms)) continue;
    if (page.rows.size() == which.most) {
      page.next = measures_cursor(*last);
      return page;
    }
    last = &at->first;
    auto& row = page.rows.emplace_back(measures_row{at->second.key, at->second.from_ms, {}});
    for (const auto& [name, cell] : at->second.cells) row.cells.push_back(cell);
  }
  return page;
}

} // namespace quipu::memory
