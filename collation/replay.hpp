#pragma once

#include "collation/job.hpp"
#include "collation/ledger.hpp"

#include <cstdint>
#include <functional>

namespace quipu {

/// A job made again from its history, page by page, beginning with its checkpoint if it has one.
class replay {
public:
  /// Told of each record, with the job as it is behind it; a checkpoint is one too.
  using visitor = std::function<void(const record&, const job&)>;

  /// Number of the record that is wanted next: where the next page begins.
  [[nodiscard]] std::uint64_t next() const noexcept { return view_.records() + 1; }
  /// Takes up a page's records, those up to number `last`. `corrupt`: one cannot be read, does not
  /// fit the state, or is missing; what was taken before stays.
  result<void> take(const history_page& page, std::uint64_t last = UINT64_MAX,
                    const visitor& visit = {});

  [[nodiscard]] const job& view() const noexcept { return view_; }
  /// The head behind the newest record; of use only where records are kept whole.
  [[nodiscard]] const head& at() const noexcept { return at_; }
  /// The record that stands for all that was taken, as stored.
  [[nodiscard]] std::string checkpoint() const;

private:
  result<void> take(const std::string& stored, const visitor& visit);

  job view_;
  head at_{};
};

} // namespace quipu
