#pragma once

#include "collation/quipu/json.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace quipu::draft7 {

class run;

/// Sets of the kinds of values that there are.
using kinds = std::uint8_t;

constexpr kinds null_kind = 1U << 0U;
constexpr kinds boolean_kind = 1U << 1U;
constexpr kinds number_kind = 1U << 2U;
constexpr kinds string_kind = 1U << 3U;
constexpr kinds array_kind = 1U << 4U;
constexpr kinds object_kind = 1U << 5U;
constexpr kinds any_kind = (1U << 6U) - 1U;

[[nodiscard]] kinds kind_of(const json& value) noexcept;

/// What one keyword, or a few that work together, demands of a value.
class check {
public:
  check() = default;
  check(const check&) = delete;
  check& operator=(const check&) = delete;
  virtual ~check() = default;

  /// Whether `data` is as it must be; if not, it has been reported to `on`.
  [[nodiscard]] virtual bool holds(const json& data, run& on) const = 0;
};

/// A schema, as an index into `program::nodes`.
using node_id = std::uint32_t;

/// A compiled schema: all its checks in one row, each node a stretch of them. References have
/// become indexes; nothing is looked up by name but the data's own keys.
struct program {
  struct rule {
    kinds applies; ///< other kinds of values pass
    std::unique_ptr<const check> is;
  };
  struct node {
    std::uint32_t first = 0; ///< into `rules`
    std::uint32_t count = 0;
  };

  std::vector<node> nodes;
  std::vector<rule> rules;
  node_id root = 0; ///< the whole schema
};

} // namespace quipu::draft7
