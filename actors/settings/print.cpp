/// Settings as a file that can be read again.

#include "actors/settings/amount.hpp"
#include "actors/settings/configuration.hpp"

#include <quipu/json.hpp>

#include <fmt/format.h>

#include <sstream>

namespace quipu {

namespace {

constexpr std::string_view head =
    "# Settings of a quipu node. Every key is optional; what is here is what holds without it.\n"
    "# A value is taken from the flag, else the environment, else this file, else the default.\n"
    "# Sizes: bytes, or B KiB MiB GiB TiB, kB MB GB TB. Times: seconds, or ms s m h d w.\n"
    "# Printed by `quipu node --print-config`.\n";

/// "1KiB to 1GiB", "sync, relaxed".
std::string bounds(const setting& of) {
  switch (of.is) {
  case setting::type::text: return "text";
  case setting::type::truth: return "true or false";
  case setting::type::choice: return fmt::format("{}", fmt::join(of.choices, ", "));
  default: return fmt::format("{} to {}", show(of, of.least), show(of, of.most));
  }
}

/// As YAML: texts in quotes when they could be read as something else.
std::string written(const setting& of, const amount& value) {
  auto shown = show(of, value);
  const bool plain = shown.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_./:-") == shown.npos;
  if (of.is != setting::type::text || (plain && !shown.empty() && !shown.ends_with(':')))
    return shown;
  return json(shown).dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace

std::string configuration::print() const {
  static const node_options defaults{};
  std::string out{head};
  std::vector<std::string> open; // the maps that the line before stood in
  for (const auto& each : settings()) {
    std::vector<std::string> path;
    std::istringstream words{std::string{each.key}};
    for (std::string word; std::getline(words, word, '.');) path.push_back(word);
    std::size_t level = 0;
    while (level < open.size() && level + 1 < path.size() && open[level] == path[level]) ++level;
    if (level == 0) out += '\n';
    open.assign(path.begin(), path.end() - 1);
    for (; level < open.size(); ++level)
      out += fmt::format("{:{}}{}:\n", "", 2 * level, open[level]);
    std::istringstream doc{std::string{each.doc}};
    for (std::string line; std::getline(doc, line);)
      out += fmt::format("{:{}}# {}\n", "", 2 * level, line);
    out += fmt::format("{:{}}# {}; default {}; {}, {}\n", "", 2 * level, bounds(each),
                       show(each, each.get(defaults)), flag_of(each), variable_of(each));
    out +=
        fmt::format("{:{}}{}: {}\n", "", 2 * level, path.back(), written(each, each.get(options_)));
  }
  return out;
}

} // namespace quipu
