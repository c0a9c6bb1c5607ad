#pragma once

#include "collation/quipu/json.hpp"

#include <string_view>

namespace quipu::reader {

/// What a text without quotes stands for by YAML 1.2's core schema (10.3.2): null, a boolean, a
/// number, else the text itself. `yes` and `on` are texts. A whole number that 64 bits do not hold
/// becomes a double.
[[nodiscard]] json plain_scalar(std::string_view text);

} // namespace quipu::reader
