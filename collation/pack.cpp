#include "collation/pack.hpp"

#include <array>
#include <bit>

namespace quipu {

/// What a value is, and the last `size` bytes of it, or of its length.
void packer::put(std::uint8_t tag, std::uint64_t value, unsigned size) {
  std::array<char, 9> bytes;
  bytes[0] = static_cast<char>(tag);
  for (auto at = size; at > 0; --at, value >>= 8U) bytes[at] = static_cast<char>(value & 0xffU);
  out_.append(bytes.data(), size + 1);
}

packer& packer::nil() {
  put(0xc0);
  return *this;
}

packer& packer::boolean(bool value) {
  put(value ? 0xc3 : 0xc2);
  return *this;
}

void packer::unsigned_integer(std::uint64_t value) {
  if (value < 0x80)
    put(static_cast<std::uint8_t>(value));
  else if (value <= 0xff)
    put(0xcc, value, 1);
  else if (value <= 0xffff)
    put(0xcd, value, 2);
  else if (value <= 0xffffffff)
    put(0xce, value, 4);
  else
    put(0xcf, value, 8);
}

packer& packer::integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0)
    unsigned_integer(bits);
  else if (value >= -32)
    put(static_cast<std::uint8_t>(bits));
  else if (value >= INT8_MIN)
    put(0xd0, bits, 1);
  else if (value >= INT16_MIN)
    put(0xd1, bits, 2);
  else if (value >= INT32_MIN)
    put(0xd2, bits, 4);
  else
    put(0xd3, bits, 8);
  return *this;
}

packer& packer::number(double value) {
  put(0xcb, std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

packer& packer::text(std::string_view value) {
  const auto size = value.size();
  if (size < 32)
    put(static_cast<std::uint8_t>(0xa0 | size));
  else if (size <= 0xff)
    put(0xd9, size, 1);
  else if (size <= 0xffff)
    put(0xda, size, 2);
  else
    put(0xdb, size, 4);
  out_.append(value);
  return *this;
}

packer& packer::binary(std::string_view value) {
  const auto size = value.size();
  if (size <= 0xff)
    put(0xc4, size, 1);
  else if (size <= 0xffff)
    put(0xc5, size, 2);
  else
    put(0xc6, size, 4);
  out_.append(value);
  return *this;
}

void packer::several(std::uint8_t few, std::uint8_t tag, std::size_t size) {
  if (size < 16)
    put(static_cast<std::uint8_t>(few | size));
  else if (size <= 0xffff)
    put(tag, size, 2);
  else
    put(static_cast<std::uint8_t>(tag + 1), size, 4);
}

packer& packer::array(std::size_t size) {
  several(0x90, 0xdc, size);
  return *this;
}

packer& packer::map(std::size_t size) {
  several(0x80, 0xde, size);
  return *this;
}

packer& packer::packed(std::string_view value) {
  out_.append(value);
  return *this;
}

packer& packer::value(const json& value) {
  switch (value.type()) {
  case json::value_t::null:
  case json::value_t::discarded: return nil();
  case json::value_t::boolean: return boolean(value.get<bool>());
  case json::value_t::number_integer: return integer(value.get<std::int64_t>());
  case json::value_t::number_unsigned: unsigned_integer(value.get<std::uint64_t>()); return *this;
  case json::value_t::number_float: return number(value.get<double>());
  case json::value_t::string: return text(value.get_ref<const std::string&>());
  case json::value_t::binary: {
    const auto& bytes = value.get_binary();
    return binary({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  case json::value_t::array:
    array(value.size());
    for (const auto& item : value) this->value(item);
    return *this;
  case json::value_t::object:
    map(value.size());
    for (const auto& [key, item] : value.get_ref<const json::object_t&>()) text(key).value(item);
    return *this;
  }
  return *this;
}

std::string pack(const json& value) {
  packer out;
  out.value(value);
  return std::move(out).bytes();
}

} // namespace quipu
