#include "actors/settings/launch.hpp"

#include <quipu/version.hpp>

#include <fmt/format.h>

#include <string_view>

namespace quipu {

namespace {

constexpr std::string_view file_entry = "QUIPU_CONFIG=";

/// The file: `--config`, else QUIPU_CONFIG; empty: none.
std::string file_of(const command_line& words, const char* const* environment) {
  if (!words.config.empty()) return words.config;
  for (; environment != nullptr && *environment != nullptr; ++environment)
    if (const std::string_view entry{*environment}; entry.starts_with(file_entry))
      return std::string{entry.substr(file_entry.size())};
  return {};
}

} // namespace

launch launch::read(int argc, const char* const* argv, const char* const* environment,
                    node_options defaults) {
  launch made{{}, configuration{std::move(defaults)}, {}};
  made.words = command_line::read(argc, argv, made.faults);
  if (const auto file = file_of(made.words, environment); !file.empty())
    made.settings.read_file(file, made.faults);
  made.settings.read_environment(environment, made.faults);
  for (const auto& [which, value, flag] : made.words.settings)
    made.settings.say(*which, value, somewhere(flag), made.faults);
  made.settings.check(made.faults);
  return made;
}

std::optional<std::string> launch::answer() const {
  if (words.help) return help_of(words.program, node_options{});
  if (words.version) return fmt::format("{} {}\n", words.program, version());
  if (words.print_config && !faults.failed()) return settings.print();
  return std::nullopt;
}

} // namespace quipu
