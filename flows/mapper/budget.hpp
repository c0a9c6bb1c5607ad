#pragma once

#include "flows/mapping.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace quipu::mapper {

/// What one evaluation has used of its fuel, and why it stopped, if it did.
///
/// The first failure sticks: who sees `failed()` stops and gives anything; the evaluation ends with
/// it.
class budget {
public:
  explicit budget(const fuel& limit) : limit_(limit), left_(limit.steps * touches_a_step) {}

  /// A row, a call, a round.
  bool step() { return touch(touches_a_step); }
  /// `count` elements or characters looked at or copied: some of them are a step.
  bool touch(std::uint64_t count) {
    if (count <= left_) {
      left_ -= count;
      return !failed_;
    }
    left_ = 0;
    return fail(
        fmt::format("it takes more than {} steps, the limit of one mapping (limits.mapper.steps)",
                    limit_.steps));
  }
  /// `bytes` of text read from its one end to the other.
  bool read(std::uint64_t bytes) { return touch(bytes / bytes_a_touch); }
  /// `members` of an object looked at until one is found.
  bool seek(std::uint64_t members) { return touch(members / members_a_touch); }
  /// Asked before a value of `bytes` is made.
  bool room(std::uint64_t bytes) {
    if (bytes <= limit_.output_bytes) return touch(bytes / bytes_a_touch);
    return fail(fmt::format("it makes a value of {} bytes or more; the limit of one mapping is {} "
                            "(limits.mapper.bytes)",
                            bytes, limit_.output_bytes));
  }
  /// Asked before `bytes` more of the result are written.
  bool write(std::uint64_t bytes) {
    written_ += bytes;
    if (written_ <= limit_.output_bytes) return touch(bytes / bytes_a_touch);
    return fail(fmt::format("its result has {} bytes or more; the limit of one mapping is {} "
                            "(limits.mapper.bytes)",
                            written_, limit_.output_bytes));
  }
  /// Asked before a value that nests so deeply is made.
  bool nests(std::uint64_t depth) {
    if (depth <= limit_.depth) return !failed_;
    return fail(
        fmt::format("it nests deeper than {}, the limit of one mapping (depth)", limit_.depth));
  }

  bool fail(std::string why) {
    if (!failed_) why_ = std::move(why);
    failed_ = true;
    return false;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::string& why() noexcept { return why_; }
  [[nodiscard]] const fuel& limit() const noexcept { return limit_; }

private:
  static constexpr std::uint64_t touches_a_step = 32;
  static constexpr std::uint64_t bytes_a_touch = 32;
  static constexpr std::uint64_t members_a_touch = 16;

  fuel limit_;
  std::uint64_t left_;
  std::uint64_t written_ = 0;
  bool failed_ = false;
  std::string why_;
};

} // namespace quipu::mapper
