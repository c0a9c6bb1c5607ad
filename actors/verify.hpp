#pragma once

#include "collation/ledger.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace quipu {

/// Something in a store that is not as it should be.
struct flaw {
  std::string where;  ///< `job "o-1"`, `timers 1700000000000 42`
  std::string what;   ///< what is wrong with it
  std::string remedy; ///< what mending does about it; empty: nothing can be done
  bool mended = false;
};

struct verdict {
  std::uint64_t jobs = 0;
  std::uint64_t records = 0;
  std::uint64_t rows = 0; ///< those that must fit others
  std::vector<flaw> flaws;
};

/// Reads a whole store in which nothing runs, and compares:
///
/// - each history with itself: every record's checksum, its number, the digits it turns, and the
///   chain of heads up to the job's;
/// - each job's state, byte for byte, with what its history folds to; of a history without
///   documents (`history: digits`) the digits; of one without records, the state with itself;
/// - each obligation with the digit that waits for it, each end with its digits;
/// - each row that stands for something elsewhere (owner, queue, timer, board, backlog, list) with
///   what it stands for, both ways;
/// - each definition with its hash.
///
/// `mends`: what can be put right is. Failure: the store cannot be read at all.
result<verdict> verify(ledger& store, bool mends);

} // namespace quipu
