#pragma once

#include "collation/quipu/json.hpp"

#include <cstddef>
#include <cstdint>

namespace quipu::draft7 {

/// Equal by JSON value: 1 is 1.0, false is not 0, keys in any order. Values nested deeper than
/// `run.hpp` allows are never equal.
[[nodiscard]] bool equal(const json& a, const json& b);

/// The same for values that are equal. Adds to `visits` how many values it looked at.
[[nodiscard]] std::size_t hash(const json& value, std::uint64_t& visits);

} // namespace quipu::draft7
