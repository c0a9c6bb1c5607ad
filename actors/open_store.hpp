#pragma once

#include "collation/ledger.hpp"

#include <quipu/options.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace quipu {

/// The store that the options name. `conflict`: another engine has the directory; `unavailable`,
/// `corrupt`. `complain` hears of connections that are lost and made again, on the store's thread.
[[nodiscard]] result<std::shared_ptr<ledger>>
open_store(const node_options& with, std::function<void(const std::string&)> complain = {});

/// Whether other processes may write to this store at the same time.
[[nodiscard]] bool is_shared(std::string_view store);
/// `bad_request` unless it is a store's address.
[[nodiscard]] result<void> check_store(std::string_view store);

/// Where a node with these options listens; empty: nowhere.
[[nodiscard]] std::filesystem::path socket_of(const node_options& with);

} // namespace quipu
