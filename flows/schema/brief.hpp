#pragma once

#include "collation/quipu/json.hpp"

#include <string>
#include <string_view>

namespace quipu::draft7 {

/// A value as messages show it: scalars as JSON, cut when long; of others what they are, `an array
/// of 3 items`.
[[nodiscard]] std::string brief(const json& value);

/// A text in quotes, escaped as in JSON, cut when long.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// How many characters (code points) a UTF-8 text has.
[[nodiscard]] std::size_t characters(std::string_view text) noexcept;

} // namespace quipu::draft7
