#pragma once

#include "actors/logger.hpp"
#include "actors/shared_messages.hpp"
#include "actors/shelf.hpp"
#include "collation/ledger.hpp"

#include <caf/stateful_actor.hpp>

#include <chrono>
#include <memory>
#include <set>
#include <vector>

namespace quipu {

struct librarian_parts {
  std::shared_ptr<ledger> store;
  std::shared_ptr<shelf> plans;
  std::shared_ptr<const logger> log;
  std::chrono::milliseconds look{250};
};

/// Keeps a node abreast of a store that other nodes write to: versions that were deployed and made
/// active there come onto its shelf.
class librarian_state {
public:
  caf::behavior make(caf::event_based_actor* self, librarian_parts parts);

  static inline const char* name = "librarian";

private:
  void look();
  void list(const std::vector<app_version>& all);
  void keep(const app_version& fetched);

  caf::event_based_actor* self_ = nullptr;
  librarian_parts parts_;
  std::set<shelf::key> known_;
};

using librarian_actor = caf::stateful_actor<librarian_state>;

/// For `spawn`.
caf::behavior make_librarian(librarian_actor* self, librarian_parts parts);

} // namespace quipu
