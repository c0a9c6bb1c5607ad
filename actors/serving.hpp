#pragma once

#include <quipu/client.hpp>
#include <quipu/result.hpp>

#include <string>

/// What a node that is a program tells of itself.
namespace quipu {

/// The exit code of a program that could not start: 2 what was asked of it is wrong, 3 the store is
/// unreachable or taken, 1 anything else.
[[nodiscard]] int exit_code_of_start(fault why) noexcept;

/// "hello 1, orders 3 (2 versions)": what is active; "none" when nothing is deployed.
[[nodiscard]] std::string told_apps(client& of);
/// "no job is unfinished", "12 jobs are unfinished and go on at the next start"; of a store that is
/// `shared` other nodes may take them.
[[nodiscard]] std::string told_rest(client& of, bool shared);

} // namespace quipu
