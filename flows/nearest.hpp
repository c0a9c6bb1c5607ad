#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace quipu {

/// The known word that `word` was most likely meant to be: the one with the fewest letters changed,
/// left out, added or swapped with their neighbour, if they are at most about a third of its
/// letters. Capitals do not matter. Of equally near ones the first.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string_view> known);

/// `; did you mean "x"?`, or nothing if no known word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> known);

} // namespace quipu
