#pragma once

#include "collation/store_rules.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

/// How numbers and texts are laid down in the rows of this room.
///
/// In keys: numbers as eight bytes, the most significant first, so that rows stand in their order.
/// In values: numbers as LEB128 (seven bits a byte, the lowest first), texts as a number and so
/// many bytes.
namespace quipu::lmdb {

/// Stored bytes that do not say what they should.
struct broken_row : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using store_rules::add_be64;
using store_rules::biased;

[[nodiscard]] inline std::string be64(std::uint64_t value) {
  std::string made;
  add_be64(made, value);
  return made;
}

/// The number that begins at `at`.
[[nodiscard]] inline std::uint64_t read_be64(std::string_view from, std::size_t at = 0) {
  if (from.size() < at + 8) throw broken_row{"a key or number is cut short"};
  std::uint64_t value = 0;
  for (auto byte : from.substr(at, 8)) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

[[nodiscard]] constexpr std::int64_t unbiased(std::uint64_t value) {
  return static_cast<std::int64_t>(value ^ (std::uint64_t{1} << 63U));
}

/// Writes a value.
class packer {
public:
  packer& number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) bytes.push_back(static_cast<char>(value | 0x80U));
    bytes.push_back(static_cast<char>(value));
    return *this;
  }
  packer& time(std::int64_t value) { return number(static_cast<std::uint64_t>(value)); }
  packer& text(std::string_view value) {
    number(value.size());
    bytes.append(value);
    return *this;
  }
  template <class Texts>
  packer& texts(const Texts& values) {
    number(values.size());
    for (const auto& value : values) text(value);
    return *this;
  }

  std::string bytes;
};

/// Reads what a `packer` wrote; throws `broken_row` where it did not.
class unpacker {
public:
  explicit unpacker(std::string_view bytes) : rest_{bytes} {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80U) return value;
    }
    throw broken_row{"a number in a row is cut short"};
  }
  std::int64_t time() { return static_cast<std::int64_t>(number()); }
  /// Into the row: valid as long as the row is.
  std::string_view view() {
    const auto size = number();
    if (size > rest_.size()) throw broken_row{"a text in a row is cut short"};
    const auto value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  std::string text() { return std::string{view()}; }
  template <class Texts>
  void texts(Texts& into) {
    for (auto left = number(); left > 0; --left) into.emplace_back(text());
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

} // namespace quipu::lmdb
