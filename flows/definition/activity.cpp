#include "flows/definition/activity.hpp"

#include "flows/definition/keys.hpp"
#include "flows/definition/retry.hpp"
#include "flows/definition/section.hpp"
#include "flows/definition/stats.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace quipu::structure {
namespace {

std::optional<activity_kind> read_kind(const tree::entry& written, findings& faults) {
  const auto* type = written.value.find("type");
  if (type == nullptr) {
    faults.error(written.at, fmt::format("activity \"{}\" has no \"type\": {}", written.key,
                                         enumerate(kind_names, "or")));
    return std::nullopt;
  }
  if (type->is_string()) {
    const auto found = std::find(kind_names.begin(), kind_names.end(), type->text());
    if (found != kind_names.end()) return static_cast<activity_kind>(found - kind_names.begin());
  }
  faults.error(type->at,
               fmt::format("activity \"{}\" has a type that is not known, {}; there are {}{}",
                           written.key, describe(*type), enumerate(kind_names),
                           type->is_string() ? did_you_mean(type->text(), kind_names) : ""));
  return std::nullopt;
}

std::string types_with(std::string_view key) {
  std::vector<std::string_view> types;
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    for (const auto& row : activity_keys)
      if (row.key == key && (row.who & only(static_cast<activity_kind>(i))) != 0)
        types.push_back(kind_names[i]);
  return enumerate(types);
}

/// The row of a key for a type; otherwise says whether nobody or only others may have the key.
const key_row* find_row(const tree::entry& entry, activity_kind kind, std::string_view id,
                        findings& faults) {
  std::vector<std::string_view> own;
  bool others = false;
  for (const auto& row : activity_keys) {
    const bool may = (row.who & only(kind)) != 0;
    if (may && row.key == entry.key) return &row;
    if (may) own.push_back(row.key);
    others = others || row.key == entry.key;
  }
  if (others)
    faults.error(entry.at,
                 fmt::format("activity \"{}\" is of type {} and cannot have \"{}\"; only {} can",
                             id, name(kind), entry.key, types_with(entry.key)));
  else
    check_key(entry, own, fmt::format("activity \"{}\" ({})", id, name(kind)), faults);
  return nullptr;
}

void check_value(const key_row& row, const tree::entry& entry, std::string_view what,
                 definition::activity& into, findings& faults) {
  switch (row.takes) {
  case shape::section: return check_section(entry.value, row.holds, row.by_code, what, faults);
  case shape::stats: return check_stats(entry.value, what, faults);
  case shape::retry: into.retry = read_retry(entry.value, entry.at, what, faults); return;
  default: break;
  }
  if (!fits(row.takes, entry.value, what, faults)) return;
  if (row.key == "cycle") into.cycle = entry.value.scalar.get<bool>();
  if (row.key == "subtype") into.signal_all = entry.value.text() == "all";
  if (row.key == "statusThreshold") into.status_threshold = entry.value.scalar.get<std::uint32_t>();
  if (row.key == "timeout") into.timeout = length(entry.value);
}

/// What a signal to all must say, or it would find nobody.
void check_signal(const definition::activity& made, findings& faults) {
  if (!made.signal_all) return;
  const bool by_key = made.find({"key_name"}) != nullptr && made.find({"key_value"}) != nullptr;
  if (!by_key && made.find({"resolver", "maps"}) == nullptr)
    faults.error(
        made.at,
        fmt::format(
            "activity \"{}\" signals all but does not say whom: \"key_name\" with \"key_value\", "
            "or \"resolver\" with \"maps\", is missing",
            made.id));
}

void warn_of_idle(const definition::activity& made, findings& faults) {
  for (const auto& row : activity_idles) {
    if ((row.who & only(made.kind)) == 0) continue;
    const auto* key = made.body.find(row.key);
    const auto* said = key != nullptr && !row.part.empty() ? key->find(row.part) : key;
    if (said == nullptr) continue;
    const auto named = row.part.empty() ? fmt::format("\"{}\"", row.key)
                                        : fmt::format("\"{}\" in \"{}\"", row.part, row.key);
    faults.warning(said->at, fmt::format("{} of activity \"{}\" ({}) has no effect: {}", named,
                                         made.id, name(made.kind), row.why));
  }
}

} // namespace

bool is_activity_id(std::string_view id) noexcept {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !id.empty() && letter(id.front()) && std::all_of(id.begin(), id.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-';
  });
}

definition::activity read_activity(const tree::entry& written, findings& faults) {
  definition::activity made;
  made.id = written.key;
  made.at = written.at;
  made.body = written.value;
  if (!is_activity_id(made.id))
    faults.error(
        made.at,
        fmt::format("\"{}\" is not an activity's id: letters, digits, _ and -, a letter or _ first",
                    made.id));
  if (!fits(shape::object, made.body, fmt::format("activity \"{}\"", made.id), faults)) return made;
  const auto kind = read_kind(written, faults);
  if (!kind) return made;
  made.kind = *kind;
  for (const auto& entry : written.value.entries)
    if (const auto* row = find_row(entry, made.kind, made.id, faults); row != nullptr)
      check_value(*row, entry, fmt::format("\"{}\" of activity \"{}\"", entry.key, made.id), made,
                  faults);
  for (const auto& need : activity_needs)
    if ((need.who & only(made.kind)) != 0 && made.body.find(need.key) == nullptr)
      faults.error(made.at, fmt::format("activity \"{}\" ({}) has no \"{}\"; {}", made.id,
                                        name(made.kind), need.key, need.why));
  if (made.kind == activity_kind::signal) check_signal(made, faults);
  warn_of_idle(made, faults);
  return made;
}

} // namespace quipu::structure
