#include "collation/pack.hpp"

#include <bit>

namespace quipu {

void packer::big_endian(std::uint64_t value, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
    out_.push_back(static_cast<char>((value >> shift) & 0xff));
}

packer& packer::nil() {
  out_.push_back('\xc0');
  return *this;
}

packer& packer::boolean(bool value) {
  out_.push_back(value ? '\xc3' : '\xc2');
  return *this;
}

void packer::unsigned_integer(std::uint64_t value) {
  if (value < 0x80) {
    big_endian(value, 1);
  } else if (value <= 0xff) {
    out_.push_back('\xcc');
    big_endian(value, 1);
  } else if (value <= 0xffff) {
    out_.push_back('\xcd');
    big_endian(value, 2);
  } else if (value <= 0xffffffff) {
    out_.push_back('\xce');
    big_endian(value, 4);
  } else {
    out_.push_back('\xcf');
    big_endian(value, 8);
  }
}

packer& packer::integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) {
    unsigned_integer(bits);
  } else if (value >= -32) {
    big_endian(bits, 1);
  } else if (value >= INT8_MIN) {
    out_.push_back('\xd0');
    big_endian(bits, 1);
  } else if (value >= INT16_MIN) {
    out_.push_back('\xd1');
    big_endian(bits, 2);
  } else if (value >= INT32_MIN) {
    out_.push_back('\xd2');
    big_endian(bits, 4);
  } else {
    out_.push_back('\xd3');
    big_endian(bits, 8);
  }
  return *this;
}

packer& packer::number(double value) {
  out_.push_back('\xcb');
  big_endian(std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

packer& packer::text(std::string_view value) {
  const auto size = value.size();
  if (size < 32) {
    out_.push_back(static_cast<char>(0xa0 | size));
  } else if (size <= 0xff) {
    out_.push_back('\xd9');
    big_endian(size, 1);
  } else if (size <= 0xffff) {
    out_.push_back('\xda');
    big_endian(size, 2);
  } else {
    out_.push_back('\xdb');
    big_endian(size, 4);
  }
  out_.append(value);
  return *this;
}

packer& packer::binary(std::string_view value) {
  const auto size = value.size();
  if (size <= 0xff) {
    out_.push_back('\xc4');
    big_endian(size, 1);
  } else if (size <= 0xffff) {
    out_.push_back('\xc5');
    big_endian(size, 2);
  } else {
    out_.push_back('\xc6');
    big_endian(size, 4);
  }
  out_.append(value);
  return *this;
}

packer& packer::array(std::size_t size) {
  if (size < 16) {
    out_.push_back(static_cast<char>(0x90 | size));
  } else if (size <= 0xffff) {
    out_.push_back('\xdc');
    big_endian(size, 2);
  } else {
    out_.push_back('\xdd');
    big_endian(size, 4);
  }
  return *this;
}

packer& packer::map(std::size_t size) {
  if (size < 16) {
    out_.push_back(static_cast<char>(0x80 | size));
  } else if (size <= 0xffff) {
    out_.push_back('\xde');
    big_endian(size, 2);
  } else {
    out_.push_back('\xdf');
    big_endian(size, 4);
  }
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
