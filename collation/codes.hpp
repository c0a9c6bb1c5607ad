#pragma once

#include "collation/quipu/json.hpp"

#include <cstdint>
#include <optional>

/// The codes of replies and errors: three digits, read as HTTP reads its own.
namespace quipu::codes {

inline constexpr int least = 100;
inline constexpr int success = 200;
inline constexpr int pending = 202;
inline constexpr int least_error = 400;
inline constexpr int failed = 500;
inline constexpr int greatest = 999;

constexpr bool is_one(std::int64_t number) noexcept {
  return number >= least && number <= greatest;
}
constexpr bool is_error(int code) noexcept { return code >= least_error; }
/// Whether what has this code goes on as it should: no error, and nothing more is to come.
constexpr bool is_success(int code) noexcept { return code < least_error && code != pending; }

/// The code that some data is; none: it is none.
inline std::optional<int> read(const json& data) {
  if (!data.is_number_integer()) return std::nullopt;
  if (data.is_number_unsigned() && data.get<std::uint64_t>() > greatest) return std::nullopt;
  const auto number = data.get<std::int64_t>();
  return is_one(number) ? std::optional{static_cast<int>(number)} : std::nullopt;
}

} // namespace quipu::codes
