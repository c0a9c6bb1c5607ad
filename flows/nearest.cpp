#include "flows/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace quipu {
namespace {

/// Longer words are told in full, not guessed: the distance takes the product of both lengths.
constexpr std::size_t longest = 64;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Optimal string alignment: Damerau-Levenshtein in which no letter is edited twice.
std::size_t distance(std::string_view a, std::string_view b) {
  using row = std::array<std::size_t, 2 * longest>; // b is at most a half longer than a
  std::array<row, 3> rows;                          // row i of the table is rows[i % 3]
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const auto& two_above = rows[(i + 1) % 3];
    const auto& above = rows[(i + 2) % 3];
    auto& here = rows[i % 3];
    here[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = lower(a[i - 1]) == lower(b[j - 1]);
      here[j] = std::min({above[j] + 1, here[j - 1] + 1, above[j - 1] + (equal ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) here[j] = std::min(here[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

} // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> known) {
  std::optional<std::string> best;
  auto least = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  if (word.empty() || word.size() > longest) return best;
  for (const auto candidate : known) {
    const auto apart = candidate.size() > word.size() ? candidate.size() - word.size()
                                                      : word.size() - candidate.size();
    if (apart >= least) continue;
    const auto edits = distance(word, candidate);
    if (edits >= least || edits >= std::max(word.size(), candidate.size())) continue;
    least = edits;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto meant = nearest(word, known);
  return meant ? "; did you mean \"" + *meant + "\"?" : std::string{};
}

guesses::guesses(std::vector<std::string_view> known) : known_(std::move(known)) {}

std::string guesses::did_you_mean(std::string_view word) {
  if (left_ == 0) return {};
  --left_;
  return quipu::did_you_mean(word, known_);
}

} // namespace quipu
