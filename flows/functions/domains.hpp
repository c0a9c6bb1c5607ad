#pragma once

#include "flows/mapper/function.hpp"

namespace quipu::mapper {

/// The one table of what pipes can call. A new domain is a row here and a file beside this one, which defines
/// `NAME_functions`; a new function is a row in its domain's file.
// clang-format off
#define QUIPU_DOMAINS(ROW)                                                                         \
  ROW(array) ROW(bitwise) ROW(conditional) ROW(cron) ROW(date) ROW(json) ROW(logical) ROW(math)    \
  ROW(number) ROW(object) ROW(string) ROW(symbol) ROW(unary)
// clang-format on

[[nodiscard]] std::span<const domain> domains();

#define QUIPU_ROW(name) [[nodiscard]] std::span<const function> name##_functions();
QUIPU_DOMAINS(QUIPU_ROW)
#undef QUIPU_ROW

/// Methods that strings and arrays both have, called on whichever the first operand is.
[[nodiscard]] value array_method(std::string_view name, call& c);
[[nodiscard]] value string_method(std::string_view name, call& c);

} // namespace quipu::mapper
