#pragma once

#include "collation/quipu/json.hpp"
#include "collation/quipu/result.hpp"

#include <string>
#include <vector>

namespace quipu::mapper {

/// Examples of what mappings and conditions give, in a file that other implementations can share:
///
///     {"vectors": [{"id": "math.add/1", "context": {...}, "rules": ..., "expect": ...}, ...]}
///
/// `rules` are a map tree, evaluated over `context`; or `conditions` are a condition, asked whether
/// it lets an outcome of `code` pass. `expect` is written as `evaluate_over` writes (context.hpp);
/// `"error": true` expects a failure. `now` freezes the clock, `approx` compares numbers to 1e-12
/// of their size, `quirk` marks what an implementation may do otherwise.
struct vector_report {
  struct difference {
    std::string id;
    std::string expected; ///< JSON, or "an error"
    std::string found;
    bool quirk = false;
  };

  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t quirks = 0; ///< differ, and may
  std::vector<difference> differences;
};

/// `fault::invalid` if it is no such document.
[[nodiscard]] result<vector_report> run_vectors(const json& document);

} // namespace quipu::mapper
