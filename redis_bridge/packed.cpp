#include "redis_bridge/packed.hpp"

#include "redis_bridge/reply.hpp"

#include <bit>
#include <cmath>

namespace quipu::redis {

// https://github.com/msgpack/msgpack/blob/master/spec.md

namespace {

/// Lua's numbers are doubles: whole ones up to 2^53 are exact.
std::int64_t whole(double number) {
  constexpr double exact = 9007199254740992.0;
  if (!(std::abs(number) <= exact)) throw broken_row{"a number in a row is out of bounds"};
  return static_cast<std::int64_t>(number);
}

} // namespace

std::uint8_t packed_reader::byte() {
  if (rest_.empty()) throw broken_row{"a row is cut short"};
  const auto first = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::uint64_t packed_reader::big_endian(unsigned bytes) {
  std::uint64_t value = 0;
  for (; bytes > 0; --bytes) value = value << 8U | byte();
  return value;
}

std::size_t packed_reader::array() {
  const auto kind = byte();
  if ((kind & 0xf0U) == 0x90U) return kind & 0x0fU;
  if (kind == 0xdc) return big_endian(2);
  if (kind == 0xdd) return big_endian(4);
  // An empty table of Lua may be a map.
  if (kind == 0x80) return 0;
  throw broken_row{"a row holds no list where one is due"};
}

std::string_view packed_reader::view() {
  const auto kind = byte();
  std::size_t size = 0;
  if ((kind & 0xe0U) == 0xa0U)
    size = kind & 0x1fU;
  else if (kind == 0xd9)
    size = big_endian(1);
  else if (kind == 0xda)
    size = big_endian(2);
  else if (kind == 0xdb)
    size = big_endian(4);
  else
    throw broken_row{"a row holds no text where one is due"};
  if (size > rest_.size()) throw broken_row{"a text in a row is cut short"};
  const auto value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

std::int64_t packed_reader::integer() {
  const auto kind = byte();
  if (kind < 0x80) return kind;
  if (kind >= 0xe0) return static_cast<std::int8_t>(kind);
  switch (kind) {
  case 0xcc: return static_cast<std::int64_t>(big_endian(1));
  case 0xcd: return static_cast<std::int64_t>(big_endian(2));
  case 0xce: return static_cast<std::int64_t>(big_endian(4));
  case 0xcf:
  case 0xd3: return static_cast<std::int64_t>(big_endian(8));
  case 0xd0: return static_cast<std::int8_t>(big_endian(1));
  case 0xd1: return static_cast<std::int16_t>(big_endian(2));
  case 0xd2: return static_cast<std::int32_t>(big_endian(4));
  case 0xca: return whole(std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4))));
  case 0xcb: return whole(std::bit_cast<double>(big_endian(8)));
  default: throw broken_row{"a row holds no number where one is due"};
  }
}

bool packed_reader::boolean() {
  const auto kind = byte();
  if (kind == 0xc2 || kind == 0xc3) return kind == 0xc3;
  throw broken_row{"a row holds neither true nor false where one is due"};
}

bool packed_reader::none() {
  if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) != 0xc2) return false;
  rest_.remove_prefix(1);
  return true;
}

std::vector<std::string> packed_reader::texts() {
  std::vector<std::string> all;
  for (auto left = array(); left > 0; --left) all.push_back(text());
  return all;
}

} // namespace quipu::redis
