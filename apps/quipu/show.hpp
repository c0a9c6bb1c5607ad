#pragma once

#include <quipu/client.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace quipu {

/// "2026-03-01 09:30:00.123", UTC.
[[nodiscard]] std::string shown(std::chrono::system_clock::time_point at);
/// JSON that is safe on a terminal: what `escaped` would not show as it is stands there as JSON
/// escapes it, `\u202e`. On one line, or indented.
[[nodiscard]] std::string shown(const json& value, int indent = -1);
/// "402 from pay: card 0002 was declined".
[[nodiscard]] std::string shown(const job_error& why);

/// Columns as wide as their widest cell; the first row is the heading. Cells are escaped.
void print_table(const std::vector<std::vector<std::string>>& rows);
/// For programs: the value as `shown`, indented.
void print_json(const json& value);

} // namespace quipu
