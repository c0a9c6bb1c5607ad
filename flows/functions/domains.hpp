#pragma once

#include "flows/mapper/function.hpp"

namespace quipu::mapper {

/// The one table of what pipes can call. A new domain is a file beside this one and a line in
/// domains.cpp; a new function is a row in its domain's file.
[[nodiscard]] std::span<const domain> domains();

/// Methods that strings and arrays both have, called on whichever the first operand is.
[[nodiscard]] value array_method(std::string_view name, call& c);
[[nodiscard]] value string_method(std::string_view name, call& c);

} // namespace quipu::mapper
