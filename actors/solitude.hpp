#pragma once

#include "actors/open_calls.hpp"
#include "collation/ledger.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace quipu {

/// Lets the calls under which nodes have died run one at a time in this node: they wait in backlogs
/// of their own, in the store, where a node's death is not counted against them. Any thread.
class solitude {
public:
  /// `topics`: those that this node serves. `patience`: how long a call that was let go may take to
  /// come here; it may be another node's.
  solitude(const std::shared_ptr<ledger>& store, const std::vector<std::string>& topics,
           std::chrono::milliseconds patience);

  /// Lets the next one go, if none is out and it is worth looking.
  void look();
  /// A commit goes out: it may leave one here.
  void notice(const write& what);
  void begins(open_calls::place at);
  /// Nobody has the call any more. Of one that was not alone: nothing.
  void ends(const open_calls::place& at);

private:
  struct shared;
  static void ask(ledger& store, const std::shared_ptr<shared>& with, std::size_t topic);
  std::shared_ptr<shared> shared_; ///< the store's answers may outlive us
};

} // namespace quipu
