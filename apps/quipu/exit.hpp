#pragma once

#include <quipu/result.hpp>

#include <string>
#include <string_view>

namespace quipu {

/// The exit codes of `quipu`, one meaning each.
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int failed = 1; ///< the job or a check failed
inline constexpr int usage = 2;  ///< usage, or a definition that is refused
inline constexpr int unreachable = 3;
inline constexpr int refused = 4; ///< the code is printed
inline constexpr int timeout = 124;
} // namespace exit_code

[[nodiscard]] int exit_code_of(fault why) noexcept;

/// Says on stderr what was refused and why, as `quipu: 404 not_found: no job o-9`; gives the exit
/// code.
int complain(const failure& why);
/// As `complain`; the faults of a definition, a line each, as compilers say them, or a file that is
/// not there: exit code 2.
int complain_definition(const failure& why);
/// As `complain`, of what `target` gave: which store is meant, and the settings, a line a fault, are
/// matters of usage.
int complain_target(const failure& why);
/// Says what is wrong with the command line.
int complain_usage(std::string_view what);
/// Says what is wrong with a file, a line a fault, as `file:line:column: error: ...`; usage, too.
int complain_lines(const std::string& faults);

} // namespace quipu
