#pragma once

#include "flows/mapper/value.hpp"

#include <optional>
#include <string>

namespace quipu::mapper {

/// The conversions and comparisons of ECMA-262 7.1 and 7.2. Those that walk arrays spend.

[[nodiscard]] bool to_boolean(const value& from) noexcept;
[[nodiscard]] double to_number(const value& from, budget& spend);
[[nodiscard]] std::string to_string(const value& from, budget& spend);
/// ToPropertyKey: what a member is looked up by.
[[nodiscard]] std::string to_key(const value& from, budget& spend);
/// Array.prototype.join.
[[nodiscard]] std::string join(const value& array, std::string_view separator, budget& spend);

/// Same arrays, objects and dates are equal, equal ones are not: IsStrictlyEqual, IsLooselyEqual.
[[nodiscard]] bool strictly_equal(const value& left, const value& right) noexcept;
[[nodiscard]] bool loosely_equal(const value& left, const value& right, budget& spend);
/// SameValueZero, by which `includes` looks.
[[nodiscard]] bool same_value_zero(const value& left, const value& right) noexcept;
/// IsLessThan; none: not comparable.
[[nodiscard]] std::optional<bool> less_than(const value& left, const value& right, budget& spend);

/// `what[key]` as ECMAScript reads own properties: of strings, arrays and objects; undefined of all
/// else.
[[nodiscard]] value property(const value& what, const value& key, budget& spend);

/// "a string", "an array", "undefined": for messages.
[[nodiscard]] std::string_view described(const value& what) noexcept;

} // namespace quipu::mapper
