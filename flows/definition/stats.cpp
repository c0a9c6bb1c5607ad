#include "flows/definition/stats.hpp"

#include "flows/definition/shape.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace quipu::structure {
namespace {

using namespace std::string_view_literals;

constexpr std::array stats_keys{"id"sv, "key"sv, "granularity"sv, "measures"sv};
constexpr std::array granularities{"5m"sv, "10m"sv, "15m"sv, "30m"sv, "1h"sv, "infinity"sv};
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

} // namespace

void check_stats(const tree& stats, std::string_view what, findings& faults) {
  if (!fits(shape::stats, stats, what, faults)) return;
  check_keys(stats, stats_keys, what, faults);
  for (const auto name : {"id"sv, "key"sv})
    if (const auto* value = stats.find(name); value != nullptr)
      fits(shape::text_or_mapping, *value, fmt::format("\"{}\" in {}", name, what), faults);
  if (const auto* value = stats.find("granularity"); value != nullptr)
    check_word(*value, granularities, fmt::format("\"granularity\" in {}", what), faults);
  if (const auto* list = stats.find("measures"); list != nullptr)
    if (fits(shape::list, *list, fmt::format("\"measures\" in {}", what), faults))
      for (const auto& item : list->items) check_measure(item, what, faults);
}

} // namespace quipu::structure
