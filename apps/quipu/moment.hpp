#pragma once

#include <quipu/result.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace quipu {

/// A time as it is written on the command line: how long ago (`90m`, `2d`), or when in UTC
/// (`2026-03-01`, `2026-03-01T09:30`, `2026-03-01 09:30:00.123`). Empty: none. `bad_request`.
[[nodiscard]] result<std::optional<std::chrono::system_clock::time_point>>
read_moment(const std::string& flag, std::string written);

/// What `--help` says of such a word.
inline constexpr const char* moment_form = "TIME";
inline constexpr const char* moment_help = "an age (90m, 2d) or a time in UTC (2026-03-01T09:30)";

} // namespace quipu
