#pragma once

#include "collation/quipu/json.hpp"

#include <string>

namespace quipu {

/// A value as all that are equal to it look: keys sorted, whole numbers without a fraction.
[[nodiscard]] nlohmann::json canonical(const json& value);
/// Its JSON: equal values have the same text, others another one.
[[nodiscard]] std::string canonical_text(const json& value);

/// How a value is written where jobs are found by it: a text as it is, all else as JSON.
[[nodiscard]] std::string index_text(const json& value);

} // namespace quipu
