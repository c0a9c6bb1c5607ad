#pragma once

#include "flows/mapper/budget.hpp"
#include "flows/mapper/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::mapper {

/// JSON.parse (25.5.1) without a reviver. A value of its own reading, because the text may say what
/// `quipu::json` cannot hold: -0 and lone surrogates. Fails, in `spend`, with what is wrong and
/// where.
[[nodiscard]] value parse_json(std::string_view text, budget& spend);

/// How JSON.stringify (25.5.2) is to write.
struct layout {
  std::optional<std::vector<std::string>>
      only;        ///< the keys to write, of every object, in this order
  std::string gap; ///< what a level is indented by; empty: all on one line
};

/// None for what has no JSON: undefined.
[[nodiscard]] std::optional<std::string> stringify(const value& what, const layout& as,
                                                   budget& spend);

} // namespace quipu::mapper
