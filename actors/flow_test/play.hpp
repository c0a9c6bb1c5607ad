#pragma once

#include "actors/flow_test/suite.hpp"
#include "collation/ledger.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace quipu::flow_test {

/// What became of one test.
struct outcome {
  std::string name;
  std::vector<std::string> faults; ///< none: it passed
  /// When asked for: every step, with what it made happen, a line a record.
  std::vector<std::string> diary;
  /// When it failed: what may be the reason, and the histories of the jobs that it is about.
  std::vector<std::string> history;

  [[nodiscard]] bool passed() const noexcept { return faults.empty(); }
};

/// Makes an empty store that has this clock.
using make_store =
    std::function<result<std::unique_ptr<ledger>>(std::function<std::int64_t()> clock)>;

/// Plays every test, each on a store of its own.
[[nodiscard]] std::vector<outcome> play(suite& all, const make_store& store,
                                        bool with_diary = false);

} // namespace quipu::flow_test
