#pragma once

#include "collation/quipu/json.hpp"

#include <compare>

namespace quipu::draft7 {

/// Numbers as JSON means them: 1 is 1.0, and no digit is lost in a conversion.
[[nodiscard]] std::partial_ordering compare(const json& a, const json& b) noexcept;

/// Whether a number has no fraction.
[[nodiscard]] bool is_whole(const json& number) noexcept;

/// Whether `number` is a multiple of `of` (above zero) in decimal, as both are written: 0.3 is one
/// of 0.1, which no double division says.
[[nodiscard]] bool is_multiple(const json& number, const json& of);

} // namespace quipu::draft7
