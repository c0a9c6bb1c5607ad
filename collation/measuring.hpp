#pragma once

#include "collation/ledger.hpp"
#include "collation/quipu/figures.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Between what people measure and the cells that a store adds to:
///
/// | cell | holds |
/// |---|---|
/// | n | how many jobs |
/// | count NAME | how many of them have the target |
/// | sum.PLACE NAME | a limb of the sum: `exact_sum.hpp` |
/// | numbers NAME | how many numbers an average is of |
/// | min NAME, max NAME | a number, `sortable` |
/// | mdn NAME | a tally of the values |
namespace quipu {

/// The stretch that has no beginning: all time.
inline constexpr std::int64_t all_time = INT64_MIN;

/// What one job adds.
class measuring {
public:
  measuring();

  /// `measure` is one of those of `stats.measures`, but no `index`. False: it is of numbers, and
  /// this is none.
  bool add(const std::string& measure, const std::string& name, const json& value);

  [[nodiscard]] std::vector<addition> all() && { return std::move(all_); }

private:
  /// Whether this is the first time that something is added there.
  bool is_new(std::string cell) { return cells_.insert(std::move(cell)).second; }

  std::vector<addition> all_;
  std::set<std::string> cells_;
};

/// Rows of measures, read as one.
class totals {
public:
  void add(const measures_row& row);
  [[nodiscard]] figures read() const;

private:
  struct numbers {
    std::map<int, std::int64_t> limbs;
    std::uint64_t count = 0;
  };

  std::uint64_t jobs_ = 0;
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, numbers> sums_;
  std::map<std::string, std::string> least_;
  std::map<std::string, std::string> most_;
  std::map<std::string, std::map<std::string, std::uint64_t>> tallies_;
};

} // namespace quipu
