#include "flows/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

namespace quipu {
namespace {

/// Longer words are told in full, not guessed: the distance takes the product of both lengths.
constexpr std::size_t longest = 64;
/// So many known words are looked at: a file with thousands of faults is still refused at once.
constexpr std::size_t most_known = 2'000;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Optimal string alignment: Damerau-Levenshtein in which no letter is edited twice.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows; // two above, above, this one
  for (auto& row : rows) row.resize(b.size() + 1);
  std::iota(rows[2].begin(), rows[2].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    const auto& two_above = rows[0];
    const auto& above = rows[1];
    auto& row = rows[2];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (equal ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[2].back();
}

} // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> known) {
  std::optional<std::string> best;
  auto least = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  if (word.empty() || word.size() > longest) return best;
  for (const auto candidate : known.first(std::min(known.size(), most_known))) {
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

} // namespace quipu
