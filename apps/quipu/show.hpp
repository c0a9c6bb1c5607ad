#pragma once

#include <quipu/client.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace quipu {

/// "2026-03-01 09:30:00.123", UTC.
[[nodiscard]] std::string shown(std::chrono::system_clock::time_point at);
/// JSON on one line, safe on a terminal: its strings are escaped as JSON and again for what JSON
/// lets through.
[[nodiscard]] std::string shown(const json& value);
/// "402 from pay: card 0002 was declined".
[[nodiscard]] std::string shown(const job_error& why);

/// Columns as wide as their widest cell; the first row is the heading. Cells are escaped.
void print_table(const std::vector<std::vector<std::string>>& rows);
/// For programs: the value, indented, as it is; characters beyond ASCII only if stdout is no
/// terminal.
void print_json(const json& value);

} // namespace quipu
