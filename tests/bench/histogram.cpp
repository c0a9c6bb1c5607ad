#include "tests/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace quipu::bench {

// Below 256 a time is its own bucket; above, its seven bits behind the leading one say which.
std::size_t histogram::bucket_of(std::uint64_t ns) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(ns));
  if (width <= parts_bits + 1) return ns;
  const auto shift = width - (parts_bits + 1);
  const auto bucket = (std::size_t{shift} << parts_bits) + (ns >> shift);
  return std::min(bucket, std::size_t{((powers + 1) << parts_bits) - 1});
}

double histogram::middle_of(std::size_t bucket) noexcept {
  constexpr std::size_t exact = 2U << parts_bits;
  if (bucket < exact) return static_cast<double>(bucket);
  const auto shift = (bucket >> parts_bits) - 1;
  const auto leading = bucket - (shift << parts_bits);
  return (static_cast<double>(leading) + 0.5) * std::exp2(static_cast<double>(shift));
}

void histogram::add(std::uint64_t ns) noexcept {
  ++counts_[bucket_of(ns)];
  ++count_;
}

void histogram::add(const histogram& other) noexcept {
  for (std::size_t each = 0; each < counts_.size(); ++each) counts_[each] += other.counts_[each];
  count_ += other.count_;
}

double histogram::quantile(double part) const noexcept {
  if (count_ == 0) return 0;
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return middle_of(bucket);
  }
  return middle_of(counts_.size() - 1);
}

} // namespace quipu::bench
