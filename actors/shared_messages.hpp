#pragma once

#include "actors/messages.hpp"
#include "collation/shared_ledger.hpp"

/// Messages about a store that other nodes write to. None crosses.
namespace quipu {

/// store -> engine: its connection was lost and is there again; compare with it.
struct doubt_told {};

/// store -> engine: what it owns, a page of it.
struct jobs_owned {
  token mine = 0;
  std::optional<owned_page> page; ///< none: the store has not answered
};

/// store -> librarian: the versions there are.
struct apps_listed {
  std::vector<app_version> all;
};

/// store -> librarian: one of them, with its source; without: it could not be fetched.
struct app_fetched {
  app_version what;
};

} // namespace quipu

CAF_BEGIN_TYPE_ID_BLOCK(quipu_shared, id_block::quipu::end)
CAF_ADD_TYPE_ID(quipu_shared, (quipu::doubt_told))
CAF_ADD_TYPE_ID(quipu_shared, (quipu::jobs_owned))
CAF_ADD_TYPE_ID(quipu_shared, (quipu::apps_listed))
CAF_ADD_TYPE_ID(quipu_shared, (quipu::app_fetched))
CAF_END_TYPE_ID_BLOCK(quipu_shared)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::doubt_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::jobs_owned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::apps_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(quipu::app_fetched)
