#pragma once

#include "flows/limits.hpp"

namespace quipu::reader {

/// What one definition has used of its limits, over all of its files.
struct budget {
  read_limits limits;
  std::size_t bytes = 0;
  std::size_t aliased = 0; ///< nodes that stand for others: of aliases, of `$ref`s read again
};

} // namespace quipu::reader
