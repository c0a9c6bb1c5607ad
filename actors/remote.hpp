#pragma once

#include <quipu/client.hpp>
#include <quipu/result.hpp>

#include <filesystem>
#include <memory>

namespace quipu {

/// The verbs of a node in another process on this machine, by its control socket. One connection a
/// call, so it outlives restarts of the node; a call while there is none fails with `unavailable`.
///
/// `unavailable`, at once, when nobody listens at `socket`.
[[nodiscard]] result<std::unique_ptr<client>> connect(const std::filesystem::path& socket);

} // namespace quipu
