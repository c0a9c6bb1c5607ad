#pragma once

#include "collation/ledger.hpp"

#include <quipu/options.hpp>

#include <filesystem>
#include <memory>

namespace quipu {

/// The store that the options name. `conflict`: another engine has the directory; `unavailable`,
/// `corrupt`.
[[nodiscard]] result<std::shared_ptr<ledger>> open_store(const node_options& with);

/// Where a node with these options listens; empty: nowhere.
[[nodiscard]] std::filesystem::path socket_of(const node_options& with);

} // namespace quipu
