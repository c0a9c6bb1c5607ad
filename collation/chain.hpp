#pragma once

#include <array>
#include <string>
#include <string_view>

namespace quipu {

/// The SHA-256 that a job's history has come to: over the newest record's bytes and the head
/// before. All zero: there is no record yet. The owner computes it; a store only compares.
using head = std::array<unsigned char, 32>;

/// The head that `record` makes of `before`.
[[nodiscard]] head chain(std::string_view record, const head& before);

[[nodiscard]] std::string to_hex(const head& value);

} // namespace quipu
