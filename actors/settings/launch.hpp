#pragma once

#include "actors/settings/command_line.hpp"
#include "actors/settings/configuration.hpp"

#include <optional>
#include <string>

namespace quipu {

/// How a program that is a node was called, and everything that is wrong with it.
struct launch {
  command_line words;
  configuration settings;
  findings faults;

  /// Reads arguments, environment and the file that they name. `defaults` are the program's own.
  [[nodiscard]] static launch read(int argc, const char* const* argv,
                                   const char* const* environment, node_options defaults = {});
  /// What `--help`, `--version` or `--print-config` asks for, if one of them is there.
  [[nodiscard]] std::optional<std::string> answer() const;
};

} // namespace quipu
