#pragma once

#include "collation/nesting.hpp"
#include "collation/quipu/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace quipu {

/// Writes MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), each value but fractions in its
/// shortest form, so that the same state always has the same bytes. Pieces that are packed already
/// are spliced in.
class packer {
public:
  packer& nil();
  packer& boolean(bool value);
  packer& integer(std::int64_t value);
  packer& number(double value);
  packer& text(std::string_view value);
  packer& binary(std::string_view value);
  /// Announces `size` values, or `size` pairs, that follow.
  packer& array(std::size_t size);
  packer& map(std::size_t size);
  packer& value(const json& value);
  /// One value that is packed already.
  packer& packed(std::string_view value);

  [[nodiscard]] const std::string& bytes() const& noexcept { return out_; }
  [[nodiscard]] std::string bytes() && noexcept { return std::move(out_); }

private:
  void unsigned_integer(std::uint64_t value);
  void several(std::uint8_t few, std::uint8_t tag, std::size_t size);
  void put(std::uint8_t tag, std::uint64_t value = 0, unsigned size = 0);

  std::string out_;
};

[[nodiscard]] std::string pack(const json& value);
/// The value that `bytes` hold; a discarded value when they are no MessagePack, hold more than one value or a kind that
/// JSON has not (extensions), or nest deeper than `most_packed`. Does not recurse.
[[nodiscard]] json unpack(std::string_view bytes);

/// Lists and maps in each other: what a record or a report has around data from outside, and that.
inline constexpr std::size_t most_packed = most_nested + 16;

} // namespace quipu
