#pragma once

#include <chrono>
#include <cstddef>
#include <string>

/// The raw stores: what a bare client gets that does nothing but write what quipu's commits write,
/// as fast as it can. quipu is measured as a part of this.
namespace quipu::bench {

using seconds = std::chrono::duration<double>;

/// What a commit of seq5 writes in LMDB: a row rewritten, a record appended.
inline constexpr std::size_t raw_row_bytes = 600;
inline constexpr std::size_t raw_record_bytes = 300;

/// Commits a second that LMDB takes from a bare writer. A transaction, with its sync, has `batch`
/// commits, or, with 0, what 20 ms bring.
[[nodiscard]] double raw_lmdb(const std::string& directory, std::size_t batch, seconds for_long);

} // namespace quipu::bench
