#pragma once

#include "flows/definition/keys.hpp"

#include <string_view>

namespace quipu::structure {

/// Whether a key is a code (collation/codes.hpp): three digits.
[[nodiscard]] bool is_code(std::string_view key) noexcept;

/// Checks `input: {maps, schema}` and its like; `what` names it.
void check_section(const tree& section, parts holds, parts by_code, std::string_view what,
                   findings& faults);

} // namespace quipu::structure
