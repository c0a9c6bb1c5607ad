#pragma once

#include "collation/quipu/result.hpp"

#include <string>

namespace quipu::lmdb {

/// Copies a data directory as it stands at one moment, whether an engine runs in it or not; `to` is
/// made, and what is there when this returns is on disk. An engine that runs meanwhile goes on; the
/// pages that it frees are not used again before the copy is done.
///
/// (Copying the files with another program while an engine writes gives pages of several moments.)
///
/// `not_found`: `from` is no data directory; `conflict`: `to` has a store already; `unavailable`:
/// it cannot be read or written.
result<void> copy_directory(const std::string& from, const std::string& to);

} // namespace quipu::lmdb
