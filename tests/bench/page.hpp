#pragma once

#include "tests/bench/report.hpp"

#include <quipu/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::bench {

/// The report as a part of a page: where and how was measured, a table of rows, one of goals.
[[nodiscard]] std::string markdown(const circumstances& where, const std::vector<row>& rows);

inline constexpr std::string_view part_begins = "<!-- bench: from here written by ./dev bench -->";
inline constexpr std::string_view part_ends = "<!-- bench: to here -->";

/// The page with this between its marks, or why not.
[[nodiscard]] result<std::string> with_part(std::string_view page, std::string_view part);

} // namespace quipu::bench
