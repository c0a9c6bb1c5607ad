#pragma once

#include "collation/quipu/json.hpp"

#include <cstddef>
#include <cstdint>

namespace quipu {

/// Equal by JSON value and type: 1 is 1.0, false is not 0, keys in any order; no digit of a number
/// is lost. Values that nest deeper than a thousand are never equal.
[[nodiscard]] bool same(const json& a, const json& b);

/// Equal for values that are the same. Adds to `visits` how many values it looked at.
[[nodiscard]] std::size_t hash(const json& value, std::uint64_t& visits);

} // namespace quipu
