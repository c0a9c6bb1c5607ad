#pragma once

#include "collation/quipu/json.hpp"
#include "collation/quipu/result.hpp"

#include <cstddef>
#include <string_view>

namespace quipu {

/// Lists and maps in each other, in data from outside. What packs, prints, compares and copies data
/// recurses, so deeper data would end the process: it is refused where it comes in.
inline constexpr std::size_t most_nested = 1'000;

/// `invalid`: `what` ("the message") nests deeper than `most`. Does not recurse.
[[nodiscard]] result<void> check_nesting(const json& data, std::string_view what,
                                         std::size_t most = most_nested);

} // namespace quipu
