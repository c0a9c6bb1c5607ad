#include "collation/exact_sum.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace quipu {

namespace {

constexpr int limb_bits = 32;
constexpr std::int64_t base = std::int64_t{1} << limb_bits;
constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
constexpr int word_bits = 64;

int floor_of(int dividend) {
  return dividend >= 0 ? dividend / limb_bits : -((limb_bits - 1 - dividend) / limb_bits);
}

/// Every limb at least 0 and below 2^32; those that are 0 are left out. None: the sum is negative.
std::map<int, std::uint64_t> carried(const std::map<int, std::int64_t>& limbs) {
  std::map<int, std::uint64_t> made;
  std::int64_t carry = 0;
  int place = limbs.begin()->first;
  for (auto next = limbs.begin(); next != limbs.end() || carry > 0; ++place) {
    if (next != limbs.end() && carry == 0) place = next->first;
    if (next != limbs.end() && next->first == place) {
      carry += next->second;
      ++next;
    }
    const auto rest = (carry % base + base) % base;
    if (rest != 0) made[place] = static_cast<std::uint64_t>(rest);
    carry = (carry - rest) / base;
    if (carry < 0 && next == limbs.end()) return {};
  }
  return made;
}

/// The first 64 bits of the sum, its highest one first, the last of them also set when anything is
/// below it: so it rounds as the whole does.
double rounded(const std::map<int, std::uint64_t>& limbs) {
  const auto at = [&](int place) {
    const auto found = limbs.find(place);
    return found == limbs.end() ? std::uint64_t{0} : found->second;
  };
  const auto top = limbs.rbegin()->first;
  auto word = at(top) << limb_bits | at(top - 1);
  const auto shift = std::countl_zero(word);
  word <<= shift;
  const auto third = at(top - 2) << shift; // what is shifted out goes into the word
  word |= third >> limb_bits;
  const bool more = (third & (base - 1)) != 0 || limbs.begin()->first < top - 2;
  return std::ldexp(static_cast<double>(word | (more ? 1U : 0U)), limb_bits * (top - 1) - shift);
}

} // namespace

std::vector<limb> limbs_of(double number) {
  std::vector<limb> made;
  if (number == 0) return {{0, 0}};
  for (auto place = floor_of(std::ilogb(number)); number != 0; --place) {
    const auto amount = std::trunc(std::ldexp(number, -limb_bits * place));
    number -= std::ldexp(amount, limb_bits * place);
    if (amount != 0) made.push_back({place, static_cast<std::int64_t>(amount)});
  }
  return made;
}

double sum_of(const std::map<int, std::int64_t>& limbs) {
  auto summed = limbs;
  std::erase_if(summed, [](const auto& each) { return each.second == 0; });
  if (summed.empty()) return 0;
  if (const auto positive = carried(summed); !positive.empty()) return rounded(positive);
  for (auto& [place, amount] : summed) amount = -amount;
  const auto negative = carried(summed);
  return negative.empty() ? 0 : -rounded(negative);
}

std::string sortable(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
  return fmt::format("{:016x}", (bits & sign) != 0 ? ~bits : bits | sign);
}

double number_of(const std::string& sortable) {
  std::uint64_t bits = 0;
  const auto* end = sortable.data() + sortable.size();
  const auto [stop, error] = std::from_chars(sortable.data(), end, bits, 16);
  if (error != std::errc{} || stop != end || sortable.size() != word_bits / 4)
    return std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<double>((bits & sign) != 0 ? bits & ~sign : ~bits);
}

} // namespace quipu
