#pragma once

#include "actors/settings/setting.hpp"
#include "flows/tree.hpp"

#include <quipu/result.hpp>

#include <optional>

namespace quipu {

/// Reads the value of a setting from a flag or a variable: `2MiB`, `250ms`, `true`, `digits`.
/// `invalid` says what would be right. Whether it is within its bounds is asked later, by `check`.
[[nodiscard]] result<amount> read_amount(const setting& of, std::string_view text);
/// The same from a file, where a value has a type: `8` is no text, and `'8'` is no number.
[[nodiscard]] result<amount> read_amount(const setting& of, const tree& written);
/// As it is written: `1MiB`, `10s`, `full`.
[[nodiscard]] std::string show(const setting& of, const amount& value);

/// Reads a number of bytes: `512`, `64KiB`, `2MB`.
[[nodiscard]] result<std::int64_t> parse_size(std::string_view text);
[[nodiscard]] std::string show_size(std::int64_t bytes);
[[nodiscard]] std::string show_duration(std::int64_t milliseconds);

} // namespace quipu
