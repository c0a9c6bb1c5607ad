#pragma once

#include "collation/ledger.hpp"

#include <caf/actor.hpp>

#include <mutex>
#include <unordered_map>

namespace quipu {

/// Who is to be woken when a store's queue gets something. Any thread.
class bells {
public:
  /// From now on `who` hears of the mail for `mine`, and of the ready queue.
  void enlist(token mine, caf::actor who);
  /// As `ledger::on_bell` says it: 0 is the ready queue.
  void ring(token whose) const;
  /// As `shared_ledger::on_doubt` says it: everybody compares with the store.
  void doubt() const;
  /// Nobody hears any more.
  void silence();

private:
  mutable std::mutex guard_;
  std::unordered_map<token, caf::actor> listeners_;
};

} // namespace quipu
