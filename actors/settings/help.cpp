#include "actors/settings/amount.hpp"
#include "actors/settings/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu {

namespace {

/// "sync|relaxed", "SIZE".
std::string form_of(const setting& each) {
  return each.choices.empty() ? std::string{each.form}
                              : fmt::format("{}", fmt::join(each.choices, "|"));
}

} // namespace

std::string help_of(const std::string& program, const node_options& defaults) {
  constexpr std::size_t column = 38;
  std::string out =
      fmt::format("Usage: {} [--config FILE] [--deploy FILE]... [--SETTING VALUE]...\n"
                  "Runs a quipu node until SIGTERM or SIGINT; a second signal ends the drain.\n\n",
                  program);
  const auto line = [&](const std::string& flag, std::string_view does) {
    if (flag.size() + 2 < column)
      out += fmt::format("  {:{}}{}\n", flag, column - 2, does);
    else
      out += fmt::format("  {}\n{:{}}{}\n", flag, "", column, does);
  };
  line("--config FILE", "Settings; --print-config shows one with every key.");
  line("--deploy FILE", "Deploy and activate this app before anything runs; more than once.");
  line("--data DIR", "Short for --store lmdb:DIR.");
  line("--print-config", "Print the settings as they would hold, and end.");
  line("--version", "Print the version, and end.");
  line("--help", "Print this, and end.");
  out +=
      "\nSettings: a flag, else QUIPU_KEY in the environment, else the key in the file, else the "
      "default.\n";
  for (const auto& each : settings())
    line(fmt::format("{} {}", flag_of(each), form_of(each)),
         fmt::format("{} ({})", each.doc.substr(0, each.doc.find('\n')),
                     show(each, each.get(defaults))));
  out +=
      "\nExit codes: 0 done, 2 usage, configuration or definition, 3 store unreachable or taken.\n";
  return out;
}

} // namespace quipu
