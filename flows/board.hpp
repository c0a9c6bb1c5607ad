#pragma once

#include "collation/quipu/json.hpp"

#include <string>
#include <string_view>

namespace quipu {

/// The place on the board where a wait stands and signals look: the same for the same app, topic
/// and list of values, types included (`'1'` is not `1`; `1` is `1.0`; the order of keys does not
/// matter).
[[nodiscard]] std::string board(std::string_view app, std::string_view topic, const json& values);

} // namespace quipu
