#pragma once

#include "actors/settings/configuration.hpp"

#include <string>
#include <vector>

namespace quipu {

/// What the command line of a node says.
///
///     PROGRAM [--config FILE] [--deploy FILE]... [--SETTING VALUE | --SETTING=VALUE]...
///             [--data DIR] [--help] [--version] [--print-config]
///
/// `--data DIR` is short for `--store lmdb:DIR`.
struct command_line {
  struct said {
    const setting* which = nullptr;
    std::string value;
    std::string flag; ///< as it was said
  };

  std::string program;
  std::string config;
  std::vector<std::string> deploys;
  std::vector<said> settings;
  bool help = false;
  bool version = false;
  bool print_config = false;

  /// Faults at "--flag", or at the word that is none.
  [[nodiscard]] static command_line read(int argc, const char* const* argv, findings& faults);
};

/// Every flag and setting, with what it takes and its default.
[[nodiscard]] std::string help_of(const std::string& program, const node_options& defaults);

} // namespace quipu
