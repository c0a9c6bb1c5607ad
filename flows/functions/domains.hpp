#pragma once

#include "flows/mapper/function.hpp"

namespace quipu::mapper {

/// The one table of what pipes can call. A new domain is a file beside this one and a line in
/// domains.cpp; a new function is a row in its domain's file.
[[nodiscard]] std::span<const domain> domains();

[[nodiscard]] std::span<const function> array_functions();
[[nodiscard]] std::span<const function> bitwise_functions();
[[nodiscard]] std::span<const function> conditional_functions();
[[nodiscard]] std::span<const function> cron_functions();
[[nodiscard]] std::span<const function> date_functions();
[[nodiscard]] std::span<const function> json_functions();
[[nodiscard]] std::span<const function> logical_functions();
[[nodiscard]] std::span<const function> math_functions();
[[nodiscard]] std::span<const function> number_functions();
[[nodiscard]] std::span<const function> object_functions();
[[nodiscard]] std::span<const function> string_functions();
[[nodiscard]] std::span<const function> symbol_functions();
[[nodiscard]] std::span<const function> unary_functions();

/// Methods that strings and arrays both have, called on whichever the first operand is.
[[nodiscard]] value array_method(std::string_view name, call& c);
[[nodiscard]] value string_method(std::string_view name, call& c);

} // namespace quipu::mapper
