#pragma once

#include <string_view>

/// Where jobs and boards lie in a store of several partitions. One write changes one partition; what
/// it has for others is sent there.
namespace quipu {

/// Of a job, whoever gave it its id: the first 28 bits of the id's SHA-1.
[[nodiscard]] unsigned partition_of(std::string_view id, unsigned partitions);
/// Of a board: with all others of its group, which is what its name has before a dot. All boards of
/// a signal are of one group.
[[nodiscard]] unsigned home_of(std::string_view board, unsigned partitions);

} // namespace quipu
