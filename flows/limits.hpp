#pragma once

#include <cstddef>
#include <cstdint>

namespace quipu {

/// How large a definition may be, over all files that it is made of.
struct read_limits {
  std::size_t bytes = 1 << 20;     ///< `limits.definition.bytes`
  std::size_t depth = 64;          ///< `limits.definition.depth`: maps and lists in each other
  std::size_t aliases = 10'000;    ///< `limits.definition.aliases`: nodes that aliases stand for
  std::size_t activities = 10'000; ///< `limits.definition.activities`: in one graph
};

/// How much one evaluation may do.
struct fuel {
  std::uint64_t steps = 100'000;        ///< `limits.mapper.steps`: rows, rounds, 1 KiB copied
  std::uint64_t output_bytes = 1 << 20; ///< `limits.mapper.bytes`: of any value, as JSON
  std::uint32_t depth = 64;             ///< pipes in pipes, levels of what is made
};

/// What a step may do.
struct step_limits {
  fuel mapping{};
  std::size_t id_bytes = 255; ///< `limits.id.bytes`: the longest id that a job may have
  /// `limits.commit.bytes`: what one step may write; what it asks others is put off at half of it.
  std::size_t commit_bytes = 4 << 20;
  std::size_t commit_children = 1'000; ///< `limits.commit.children`: jobs that one step may start
  unsigned partitions = 1; ///< of the store: children that nobody names lie in their parent's
};

} // namespace quipu
