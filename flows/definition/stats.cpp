#include "flows/definition/stats.hpp"

#include "flows/definition/shape.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace quipu::structure {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;

constexpr std::array stats_keys{"id"sv, "key"sv, "granularity"sv, "measures"sv};
constexpr std::array granularities{"5m"sv, "10m"sv, "15m"sv, "30m"sv, "1h"sv, "infinity"sv};
// In their order; 0: all time is one stretch.
constexpr std::array stretches{5min, 10min, 15min, 30min, 60min, 0min};
static_assert(stretches.size() == granularities.size());
constexpr std::size_t an_hour = 4;
constexpr std::array measure_keys{"measure"sv, "target"sv};
constexpr std::array measures{"count"sv, "sum"sv, "avg"sv, "min"sv, "max"sv, "mdn"sv, "index"sv};

void check_word(const tree& value, std::span<const std::string_view> known, std::string_view what,
                findings& faults) {
  if (value.is_string() && std::find(known.begin(), known.end(), value.text()) != known.end())
    return;
  faults.error(value.at,
               fmt::format("{} is {}, not {}{}", what, enumerate(known, "or"), describe(value),
                           value.is_string() ? did_you_mean(value.text(), known) : ""));
}

void check_measure(const tree& item, std::string_view what, findings& faults) {
  if (!fits(shape::object, item, fmt::format("a measure in {}", what), faults)) return;
  const auto named = fmt::format("a measure in {}", what);
  check_keys(item, measure_keys, named, faults);
  const auto* measure = item.find("measure");
  const auto* target = item.find("target");
  if (measure == nullptr)
    faults.error(first_key(item), fmt::format("{} does not say its \"measure\": {}", named,
                                              enumerate(measures, "or")));
  else
    check_word(*measure, measures, fmt::format("\"measure\" in {}", what), faults);
  const bool counts = measure != nullptr && measure->is_string() && measure->text() == "count";
  if (target != nullptr)
    fits(shape::text_or_mapping, *target, fmt::format("\"target\" of {}", named), faults);
  else if (!counts)
    faults.error(first_key(item),
                 fmt::format("{} has no \"target\"; only a count needs none", named));
}

/// Two that are called alike would be one: what they measure differs, or one is of no use.
void check_names(const tree& list, std::string_view what, findings& faults) {
  std::map<std::pair<std::string, std::string>, const tree*> known;
  for (const auto& item : list.items) {
    const auto* measure = item.is_map() ? item.find("measure") : nullptr;
    const auto* target = item.is_map() ? item.find("target") : nullptr;
    if (measure == nullptr || target == nullptr || !measure->is_string()) continue;
    if (measure->text() == "index") continue; // a job may be found by several values of one name
    const auto name = measure_name(target);
    const auto [first, fresh] = known.try_emplace({measure->text(), name}, target);
    if (!fresh && to_json(*first->second) != to_json(*target))
      faults.error(
          target->at,
          fmt::format("two measures \"{}\" in {} are called \"{}\", after the last name of "
                      "their targets: their numbers would be added up",
                      measure->text(), what, name));
  }
}

} // namespace

std::string measure_name(const tree* target) {
  if (target == nullptr) return {};
  if (target->is_string()) {
    const auto& text = target->text();
    if (!text.starts_with('{') || text.starts_with("{@") || !text.ends_with('}')) return {};
    return text.substr(text.find_last_of("{.") + 1, text.size() - text.find_last_of("{.") - 2);
  }
  std::string found;
  for (const auto& item : target->items)
    if (found.empty()) found = measure_name(&item);
  for (const auto& entry : target->entries)
    if (found.empty()) found = measure_name(&entry.value);
  return found;
}

std::chrono::seconds granularity_of(const tree* written) {
  const auto found = written != nullptr && written->is_string()
                         ? std::find(granularities.begin(), granularities.end(), written->text())
                         : granularities.end();
  if (found == granularities.end()) return stretches[an_hour];
  return stretches[static_cast<std::size_t>(found - granularities.begin())];
}

void check_stats(const tree& stats, std::string_view what, findings& faults) {
  if (!fits(shape::stats, stats, what, faults)) return;
  check_keys(stats, stats_keys, what, faults);
  for (const auto name : {"id"sv, "key"sv})
    if (const auto* value = stats.find(name); value != nullptr)
      fits(shape::text_or_mapping, *value, fmt::format("\"{}\" in {}", name, what), faults);
  if (const auto* value = stats.find("granularity"); value != nullptr)
    check_word(*value, granularities, fmt::format("\"granularity\" in {}", what), faults);
  if (const auto* list = stats.find("measures"); list != nullptr)
    if (fits(shape::list, *list, fmt::format("\"measures\" in {}", what), faults)) {
      for (const auto& item : list->items) check_measure(item, what, faults);
      check_names(*list, what, faults);
    }
}

} // namespace quipu::structure
