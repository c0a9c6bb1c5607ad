#pragma once

#include "collation/quipu/result.hpp"

#include <string_view>

namespace quipu::mapper {

/// Where `pattern`, written as ECMA-262 22.2.1 writes it, matches first in `text`: in UTF-16 code
/// units, or -1. Runs on RE2, in linear time whatever the pattern; what RE2 cannot do (look-around,
/// back references) is a failure, as is a pattern that is none.
[[nodiscard]] result<std::int64_t> search_pattern(std::string_view text, std::string_view pattern);

} // namespace quipu::mapper
