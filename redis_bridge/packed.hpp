#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::redis {

/// Reads the MessagePack that Lua's cmsgpack and `packer` write; throws `broken_row`.
class packed_reader {
public:
  explicit packed_reader(std::string_view bytes) : rest_{bytes} {}

  /// How many values follow that belong together.
  std::size_t array();
  /// Into the bytes: valid as long as they are.
  std::string_view view();
  std::string text() { return std::string{view()}; }
  std::int64_t integer();
  bool boolean();
  /// Whether the next value is `false`, which stands for none; it is skipped then.
  bool none();
  std::vector<std::string> texts();

private:
  std::uint8_t byte();
  std::uint64_t big_endian(unsigned bytes);

  std::string_view rest_;
};

} // namespace quipu::redis
