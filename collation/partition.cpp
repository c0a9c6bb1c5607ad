#include "collation/partition.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace quipu {

unsigned partition_of(std::string_view id, unsigned partitions) {
  if (partitions == 1) return 0;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(id.data(), id.size(), hash.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error{"SHA-1 is not there"};
  const auto first = (unsigned{hash[0]} << 20U) | (unsigned{hash[1]} << 12U) |
                     (unsigned{hash[2]} << 4U) | (unsigned{hash[3]} >> 4U);
  return first % partitions;
}

unsigned home_of(std::string_view board, unsigned partitions) {
  const auto dot = board.find('.');
  return partition_of(board.substr(0, dot == std::string_view::npos ? 0 : dot), partitions);
}

} // namespace quipu
