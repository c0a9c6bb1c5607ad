#pragma once

#include "collation/quipu/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Where a page ended, as its caller gives it back.
namespace quipu::redis {

/// Behind which number a page goes on: `bad_request` unless it is one, or empty: 0.
[[nodiscard]] result<std::uint64_t> page_number(std::string_view after);
/// A page's place in a store of several partitions: "PARTITION:PLACE".
[[nodiscard]] std::pair<unsigned, std::string> part_of(const std::string& after,
                                                       unsigned partitions);
/// Where the next page begins: behind `place`, or with the next partition.
[[nodiscard]] std::string next_part(unsigned at, unsigned partitions, std::string place);

} // namespace quipu::redis
