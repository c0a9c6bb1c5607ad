#pragma once

#include "collation/record.hpp"

namespace quipu {

/// How a job ended, as it is stored: its state, and its error, null when there is none. Throws when
/// the error is none: {code, message, activity, data}, each of its own type.
[[nodiscard]] conclusion conclusion_of(const json& state, const json& error);

} // namespace quipu
