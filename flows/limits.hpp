#pragma once

#include <cstddef>

namespace quipu {

/// How large a definition may be, over all files that it is made of.
struct read_limits {
  std::size_t bytes = 1 << 20;     ///< `limits.definition.bytes`
  std::size_t depth = 64;          ///< `limits.definition.depth`: maps and lists in each other
  std::size_t aliases = 10'000;    ///< `limits.definition.aliases`: nodes that aliases stand for
  std::size_t activities = 10'000; ///< `limits.definition.activities`: in one graph
};

} // namespace quipu
