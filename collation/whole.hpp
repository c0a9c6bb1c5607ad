#pragma once

#include "collation/quipu/json.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace quipu {

struct not_whole : std::out_of_range {
  using std::out_of_range::out_of_range;
};

/// A whole number that a T holds, from data that may say anything. nlohmann's `get` cuts off what
/// does not fit. Throws `not_whole`, which says what stands there.
template <class T>
[[nodiscard]] T whole(const json& from) {
  if (from.is_number_unsigned()) {
    if (const auto number = from.get<std::uint64_t>(); std::in_range<T>(number))
      return static_cast<T>(number);
  } else if (from.is_number_integer()) {
    if (const auto number = from.get<std::int64_t>(); std::in_range<T>(number))
      return static_cast<T>(number);
  }
  throw not_whole{
      fmt::format("{} is no whole number that may stand here",
                  from.is_number() ? from.dump() : fmt::format("a {}", from.type_name()))};
}

} // namespace quipu
