#include "redis_bridge/redis_ledger/place.hpp"

#include <fmt/format.h>

#include <charconv>

namespace quipu::redis {

result<std::uint64_t> page_number(std::string_view after) {
  std::uint64_t number = 0;
  const auto* end = after.data() + after.size();
  const auto [stop, error] = std::from_chars(after.data(), end, number);
  if (after.empty() || (error == std::errc{} && stop == end)) return number;
  return failure{fault::bad_request, fmt::format("\"{}\" is nothing that a page gave", after)};
}

std::pair<unsigned, std::string> part_of(const std::string& after, unsigned partitions) {
  const auto colon = after.find(':');
  const auto number = page_number(after.substr(0, colon));
  if (partitions == 1 || colon == std::string::npos || !number || *number >= partitions)
    return {0, after};
  return {static_cast<unsigned>(*number), after.substr(colon + 1)};
}

std::string next_part(unsigned at, unsigned partitions, std::string place) {
  if (partitions == 1) return place;
  if (place.empty() && ++at == partitions) return {};
  return fmt::format("{}:{}", at, place);
}

} // namespace quipu::redis
