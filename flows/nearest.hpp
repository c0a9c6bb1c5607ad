#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {

/// The known word that `word` was most likely meant to be: the one with the fewest letters changed,
/// left out, added or swapped with their neighbour, if they are at most about a third of its
/// letters. Capitals do not matter. Of equally near ones the first.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string_view> known);

/// `; did you mean "x"?`, or nothing if no known word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> known);

/// `did_you_mean` for a document that may have thousands of faults: after the first twenty it has
/// nothing to say, so that a hostile document is refused as quickly as an honest one.
class guesses {
public:
  explicit guesses(std::vector<std::string_view> known);

  [[nodiscard]] std::string did_you_mean(std::string_view word);

private:
  std::vector<std::string_view> known_;
  std::size_t left_ = 20;
};

} // namespace quipu
