#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace quipu::bench {

/// Counts of times, log-linear: each power of two of nanoseconds is cut into 128 equal parts, so
/// every quantile is right to one part in 128, from a nanosecond to nine minutes, in constant memory.
class histogram {
public:
  void add(std::uint64_t ns) noexcept;
  void add(const histogram& other) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// The time that at least this part of all (0 to 1) did not exceed, nanoseconds; 0 when it is empty.
  [[nodiscard]] double quantile(double part) const noexcept;

private:
  static constexpr unsigned parts_bits = 7;
  static constexpr unsigned powers = 40 - parts_bits; ///< of two, above the exact ones

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t ns) noexcept;
  [[nodiscard]] static double middle_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, (powers + 1) << parts_bits> counts_{};
  std::uint64_t count_ = 0;
};

} // namespace quipu::bench
