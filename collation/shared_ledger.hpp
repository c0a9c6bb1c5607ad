#pragma once

#include "collation/ledger.hpp"

namespace quipu {

struct owned_page {
  std::vector<snapshot> jobs;
  std::string next; ///< where to go on; empty: that was all
};

/// A store that several nodes share and that a connection leads to. It may have done what it could
/// not say any more, and may come back older than it was: so its owners can compare.
class shared_ledger : public ledger {
public:
  /// Rows: set, job, mail, obligations. Up to `most` of the jobs that a token owns, in the order of
  /// their births, behind `after` (empty: from the first). `bad_request`: `after` is nothing that a
  /// page gave.
  virtual void owned(token mine, std::string after, std::size_t most, then<owned_page> done) = 0;
  /// Doubt: called when the connection was lost and is there again, before anything is sent on it.
  virtual void on_doubt(std::function<void()> tell) = 0;
};

} // namespace quipu
