#pragma once

#include "flows/condition.hpp"
#include "flows/mapper/context.hpp"
#include "flows/schema.hpp"

#include <cstddef>
#include <vector>

namespace quipu::bench {

/// What the mapper is measured with: rules as in life, over orders of about 2 KiB, each time
/// another one.
class mapper_cases {
public:
  /// Ends the process with the faults if the rules do not compile.
  mapper_cases();

  static constexpr std::size_t inputs = 64;

  /// Each does its work once, on input `n` (below `inputs`), and gives whether it went well.
  [[nodiscard]] bool map(std::size_t n) const;     ///< 30 fields, 10 of them pipes
  [[nodiscard]] bool decide(std::size_t n) const;  ///< a condition of three matches
  [[nodiscard]] bool inspect(std::size_t n) const; ///< 40 rules of a schema

private:
  std::vector<json> messages_;
  std::vector<json> contexts_;
  std::vector<mapper::context> over_;
  mapping fields_;
  condition asked_;
  schema rules_;
};

} // namespace quipu::bench
