#include "flows/measure.hpp"

#include "collation/canonical.hpp"
#include "collation/measuring.hpp"
#include "flows/step/stepping.hpp"

#include <fmt/format.h>

namespace quipu {

namespace {

/// What a mapping gives the trigger; none: undefined, null, or not to be had, which is told.
std::optional<json> read(stepping& now, const mapping& from, std::string_view what) {
  auto made = now.evaluate(from, {});
  if (!made) now.warn(fmt::format("stats: {}: {}", what, made.error().message));
  if (!made || !*made || (*made)->is_null()) return std::nullopt;
  return std::move(**made);
}

/// What `stats.key` gives; none: nothing that jobs can be counted under.
std::optional<std::string> key_of(stepping& now, const std::optional<mapping>& rule) {
  if (!rule) return std::string{};
  const auto made = read(now, *rule, "key");
  if (!made) return std::string{};
  auto key = made->is_string() ? made->get<std::string>() : canonical_text(*made);
  const auto most = now.on().limits.id_bytes;
  if (made->is_structured())
    now.warn(fmt::format("stats: key is {}; a text would be right: not counted", made->dump()));
  else if (key.size() > most)
    now.warn(fmt::format("stats: key has {} bytes; limits.id.bytes is {}: not counted", key.size(),
                         most));
  else
    return key;
  return std::nullopt;
}

std::int64_t beginning(std::int64_t at_ms, std::chrono::milliseconds stretch) {
  return stretch.count() == 0 ? all_time : at_ms - at_ms % stretch.count();
}

} // namespace

void take_measures(stepping& now) {
  const auto& stats = now.on().rules.activities.front().stats;
  measuring numbers;
  for (const auto& each : stats.all) {
    const auto said =
        each.target ? read(now, *each.target, each.what + ' ' + each.name) : std::optional<json>{};
    if (!said) continue;
    if (each.what == "index")
      now.job().what().index.emplace_back(each.name, value{*said});
    else if (!numbers.add(each.what, each.name, *said))
      now.warn(fmt::format("stats: {} {} is {}, no number: not measured", each.what, each.name,
                           said->dump(-1, ' ', false, json::error_handler_t::replace)));
  }
  if (!stats.counts) return;
  auto key = key_of(now, stats.key);
  if (!key) return;
  now.job().made().measured = measurement{
      std::move(*key), beginning(now.job().now(), stats.stretch), {}, std::move(numbers).all()};
}

} // namespace quipu
