#pragma once

#include "collation/quipu/result.hpp"

#include <chrono>
#include <string_view>

namespace quipu {

/// Reads a duration: `5s`, `1h30m`, `250ms`, `1.5h`, in weeks `w`, days `d`, hours `h`, minutes
/// `m`, seconds `s`, milliseconds `ms`; the larger unit first, each once. A bare number is seconds.
/// Rounded to milliseconds; may be negative. `fault::invalid` says what is wrong with it and what
/// would be right.
[[nodiscard]] result<std::chrono::milliseconds> parse_duration(std::string_view text);

} // namespace quipu
