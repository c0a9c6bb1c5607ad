#include "actors/flow_test/reading.hpp"

#include "flows/condition.hpp"
#include "flows/duration.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace quipu::flow_test {

bool check_map(const tree& written, std::string_view what, std::span<const std::string_view> known,
               findings& faults) {
  if (!written.is_map()) {
    faults.error(written.at, fmt::format("{} is a mapping of: {}", what, fmt::join(known, ", ")));
    return false;
  }
  for (const auto& entry : written.entries)
    if (std::find(known.begin(), known.end(), entry.key) == known.end())
      faults.error(entry.at, fmt::format("{} has no key \"{}\"{}; it has: {}", what, entry.key,
                                         did_you_mean(entry.key, known), fmt::join(known, ", ")));
  return true;
}

std::string text_of(const tree& map, std::string_view key, findings& faults, bool needed) {
  const auto* found = map.find(key);
  if (found == nullptr) {
    if (needed)
      faults.error(map.entries.empty() ? map.at : map.entries.front().at,
                   fmt::format("\"{}\" is missing", key));
    return {};
  }
  if (found->is_string()) return found->text();
  faults.error(found->at, fmt::format("\"{}\" is a text, not {}; in quotes it would be", key,
                                      to_json(*found).dump()));
  return {};
}

std::optional<std::int64_t> number_of(const tree& map, std::string_view key, findings& faults) {
  const auto* found = map.find(key);
  if (found == nullptr) return std::nullopt;
  const auto& said = found->scalar;
  const bool fits = !said.is_number_unsigned() || said.get<std::uint64_t>() <= INT64_MAX;
  if (found->is == tree::kind::scalar && said.is_number_integer() && fits)
    return said.get<std::int64_t>();
  faults.error(found->at,
               fmt::format("\"{}\" is a whole number, not {}", key, to_json(*found).dump()));
  return std::nullopt;
}

std::optional<bool> truth_of(const tree& map, std::string_view key, findings& faults) {
  const auto* found = map.find(key);
  if (found == nullptr) return std::nullopt;
  if (found->is == tree::kind::scalar && found->scalar.is_boolean())
    return found->scalar.get<bool>();
  faults.error(found->at,
               fmt::format("\"{}\" is true or false, not {}", key, to_json(*found).dump()));
  return std::nullopt;
}

std::int64_t duration_of(const tree& written, findings& faults) {
  if (written.is != tree::kind::scalar || written.is_null() || written.scalar.is_boolean()) {
    faults.error(written.at, "a duration is seconds, or '10s', '1h30m', '250ms'");
    return 0;
  }
  const auto read = parse_duration(written.is_string() ? written.text() : written.scalar.dump());
  if (!read) {
    faults.error(written.at, read.error().message);
    return 0;
  }
  if (read->count() < 0) faults.error(written.at, "time does not go back");
  return std::max<std::int64_t>(0, read->count());
}

answer answer_of(const tree& written, findings& faults) {
  static constexpr std::array<std::string_view, 3> states{"success", "pending", "error"};
  answer made;
  const auto code = number_of(written, "code", faults);
  if (code && (*code < 100 || *code > 599))
    faults.error(written.find("code")->at, "a code is a number from 100 to 599");
  if (const auto* status = written.find("status"); status != nullptr) {
    const auto word = text_of(written, "status", faults);
    const auto found = std::find(states.begin(), states.end(), word);
    if (found != states.end())
      made.is = static_cast<answer::status>(found - states.begin());
    else if (status->is_string())
      faults.error(status->at, fmt::format("\"status\" is success, pending or error, not \"{}\"{}",
                                           word, did_you_mean(word, states)));
  }
  made.code = code                                 ? static_cast<int>(*code)
              : made.is == answer::status::error   ? 500
              : made.is == answer::status::pending ? 202
                                                   : 200;
  return normalized(made);
}

bool is_subset(const json& pattern, const json& value) {
  if (pattern.is_object() && value.is_object()) {
    for (const auto& [key, item] : pattern.items()) {
      const auto found = value.find(key);
      if (found == value.end() || !is_subset(item, *found)) return false;
    }
    return true;
  }
  if (pattern.is_array() && value.is_array())
    return pattern.size() == value.size() &&
           std::equal(pattern.begin(), pattern.end(), value.begin(), is_subset);
  return same(pattern, value);
}

} // namespace quipu::flow_test
