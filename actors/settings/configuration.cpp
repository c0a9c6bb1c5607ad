#include "actors/settings/configuration.hpp"

#include "actors/settings/amount.hpp"
#include "flows/nearest.hpp"
#include "flows/read.hpp"
#include "flows/reader/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace quipu {

namespace {

constexpr std::string_view prefix = "QUIPU_";
constexpr std::string_view file_variable = "QUIPU_CONFIG";
/// A secret is no setting: it is neither in this file nor on command lines. So begin their names.
constexpr std::string_view secret_variable = "QUIPU_REDIS_PASSWORD";

/// The keys that may stand in the map at `above` ("limits."), in the order of the table.
std::vector<std::string_view> keys_below(std::string_view above) {
  std::vector<std::string_view> found;
  for (const auto& each : settings()) {
    if (!each.key.starts_with(above)) continue;
    const auto key = each.key.substr(above.size());
    const auto name = key.substr(0, key.find('.'));
    if (found.empty() || found.back() != name) found.push_back(name);
  }
  return found;
}

/// A file in which every line is blank or a comment.
bool says_nothing(const std::string& text) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first != line.npos && line[first] != '#') return false;
  }
  return true;
}

std::string in(std::string_view above) {
  if (above.empty()) return "";
  return fmt::format(" in \"{}\"", above.substr(0, above.size() - 1));
}

} // namespace

place somewhere(std::string what) {
  return {std::make_shared<const std::string>(std::move(what)), 0, 0};
}

void configuration::read_file(const std::filesystem::path& file, findings& faults) {
  auto text = reader::load(file, read_limits{}.bytes);
  if (!text) return faults.error(somewhere(file.string()), text.error().message);
  read_text(std::move(*text), file.string(), faults);
}

void configuration::read_text(std::string text, std::string name, findings& faults) {
  if (says_nothing(text)) return;
  const auto written = quipu::read_text(std::move(text), std::move(name), faults);
  if (written) read(*written, "", faults);
}

void configuration::read(const tree& written, const std::string& above, findings& faults) {
  const auto known = keys_below(above);
  if (written.is_null()) return; // an empty file, or a section whose keys are all comments
  if (!written.is_map()) {
    faults.error(written.at,
                 fmt::format("{} is a mapping of keys to values; known here: {}",
                             above.empty()
                                 ? "a configuration"
                                 : fmt::format("\"{}\"", above.substr(0, above.size() - 1)),
                             fmt::join(known, ", ")));
    return;
  }
  for (const auto& entry : written.entries) {
    const auto key = above + entry.key;
    const auto* which = entry.key.find('.') == entry.key.npos ? find_setting(key) : nullptr;
    if (which != nullptr) {
      put(*which, read_amount(*which, entry.value), entry.value.at, faults);
    } else if (std::find(known.begin(), known.end(), entry.key) != known.end()) {
      read(entry.value, key + ".", faults);
    } else {
      faults.error(entry.at,
                   fmt::format("unknown key \"{}\"{}{}; known here: {}", entry.key, in(above),
                               did_you_mean(entry.key, known), fmt::join(known, ", ")));
    }
  }
}

void configuration::read_environment(const char* const* environment, findings& faults) {
  std::map<std::string, const setting*> by_variable;
  for (const auto& each : settings()) by_variable.emplace(variable_of(each), &each);
  // What all have in common says nothing on how near they are.
  std::vector<std::string_view> known{file_variable.substr(prefix.size())};
  for (const auto& [name, which] : by_variable)
    known.push_back(std::string_view{name}.substr(prefix.size()));
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    const auto name = entry.substr(0, entry.find('='));
    if (!name.starts_with(prefix) || name == file_variable || name.starts_with(secret_variable) ||
        name.size() == entry.size())
      continue;
    const auto at = somewhere(std::string{name});
    const auto found = by_variable.find(std::string{name});
    if (found != by_variable.end())
      say(*found->second, entry.substr(name.size() + 1), at, faults);
    else if (const auto guess = nearest(name.substr(prefix.size()), known))
      faults.error(at, fmt::format("there is no such setting; did you mean {}{}?", prefix, *guess));
    else
      faults.warning(at, "there is no such setting; ignored");
  }
}

void configuration::say(const setting& which, std::string_view text, const place& at,
                        findings& faults) {
  put(which, read_amount(which, text), at, faults);
}

void configuration::put(const setting& which, const result<amount>& value, const place& at,
                        findings& faults) {
  if (!value) return faults.error(at, value.error().message);
  const auto* number = std::get_if<std::int64_t>(&*value);
  if (number != nullptr && (*number < which.least || *number > which.most))
    return faults.error(at, fmt::format("{} is {}; {} to {} would be right", which.key,
                                        show(which, *value), show(which, which.least),
                                        show(which, which.most)));
  which.set(options_, *value);
  said_[which.key] = at;
}

place configuration::origin(std::string_view key) const {
  const auto found = said_.find(key);
  return found == said_.end() ? somewhere("node_options") : found->second;
}

} // namespace quipu
