#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Sums of doubles that are exact: the same whatever the order, rounded once, when they are read.
///
/// A double is a whole number of some power of two, so it can be cut into limbs: whole numbers, each
/// of its own power of 2^32 (Kulisch, Neal: https://arxiv.org/abs/1505.05571). What adds up are the
/// limbs, integers; a store needs to know nothing else. Two thousand million additions fit in one.
namespace quipu {

/// `amount` times 2 to the power of 32 `place`.
struct limb {
  int place = 0;
  std::int64_t amount = 0;

  bool operator==(const limb&) const = default;
};

/// The limbs of a finite number, at most three, none of them 0; of 0 one that is.
[[nodiscard]] std::vector<limb> limbs_of(double number);

/// The double that is nearest to the sum of the limbs; an infinity when it is beyond all doubles.
[[nodiscard]] double sum_of(const std::map<int, std::int64_t>& limbs);

/// A finite number as a text whose order by bytes is that of the numbers.
[[nodiscard]] std::string sortable(double number);
/// The number of such a text; NaN: it is none.
[[nodiscard]] double number_of(const std::string& sortable);

} // namespace quipu
