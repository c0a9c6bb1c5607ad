#include "collation/record/envelope.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cstdint>

namespace quipu {

namespace {

constexpr char format_version = 1;
constexpr std::size_t envelope = 5;

std::uint32_t checksum(std::string_view body) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
}

} // namespace

std::string sealed(std::string_view body) {
  const auto sum = checksum(body);
  std::string bytes{format_version, static_cast<char>(sum >> 24), static_cast<char>(sum >> 16),
                    static_cast<char>(sum >> 8), static_cast<char>(sum)};
  return bytes.append(body);
}

result<std::string_view> unsealed(std::string_view bytes) {
  if (bytes.size() <= envelope)
    return failure{fault::corrupt, fmt::format("a history record of {} bytes", bytes.size())};
  if (bytes.front() != format_version)
    return failure{fault::corrupt,
                   fmt::format("a history record of format {}; this quipu reads format {}",
                               static_cast<int>(bytes.front()), static_cast<int>(format_version))};
  std::uint32_t sum = 0;
  for (std::size_t at = 1; at < envelope; ++at)
    sum = sum << 8 | static_cast<unsigned char>(bytes[at]);
  const auto body = bytes.substr(envelope);
  if (checksum(body) != sum)
    return failure{fault::corrupt, "a history record does not match its checksum"};
  return body;
}

} // namespace quipu
