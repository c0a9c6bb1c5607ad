#include "flows/definition/transitions.hpp"

#include "flows/definition/keys.hpp"
#include "flows/definition/shape.hpp"

#include <fmt/format.h>

#include <unordered_map>

namespace quipu::structure {
namespace {

/// One item of a list below `transitions` or `hooks`.
struct arrow {
  const tree* to = nullptr;
  std::optional<std::size_t> target;
  std::optional<tree> conditions;
};

arrow read_arrow(const tree& item, index& ids, std::string_view what, findings& faults) {
  arrow made;
  if (!fits(shape::object, item, what, faults)) return made;
  for (const auto& entry : item.entries) {
    if (entry.key == "code" || entry.key == "match" || entry.key == "gate")
      faults.error(entry.at,
                   fmt::format("\"{}\" of {} belongs inside its \"conditions\"", entry.key, what));
    else
      check_key(entry, edge_keys, what, faults);
  }
  if (const auto* conditions = item.find("conditions"); conditions != nullptr)
    if (fits(shape::object, *conditions, fmt::format("\"conditions\" of {}", what), faults))
      made.conditions = *conditions;
  made.to = item.find("to");
  if (made.to == nullptr) {
    faults.error(first_key(item),
                 fmt::format("{} has no \"to\": the activity that it leads to", what));
  } else if (fits(shape::text, *made.to, fmt::format("\"to\" of {}", what), faults)) {
    made.target = ids.find(made.to->text());
    if (!made.target)
      faults.error(made.to->at,
                   fmt::format("{} leads nowhere: {}", what, ids.missing(made.to->text())));
  }
  return made;
}

} // namespace

std::vector<std::size_t> read_transitions(const tree* written, index& ids, definition::graph& into,
                                          findings& faults) {
  std::vector<std::size_t> excused;
  std::unordered_map<std::size_t, const tree*> first_way; ///< to each activity that has a parent
  if (written == nullptr || !fits(shape::object, *written, "\"transitions\" of a graph", faults))
    return excused;
  for (const auto& [from, at, list] : written->entries) {
    const auto origin = ids.find(from);
    if (!origin) faults.error(at, fmt::format("an edge begins nowhere: {}", ids.missing(from)));
    const auto what = fmt::format("an edge of activity \"{}\"", from);
    if (!fits(shape::list, list, fmt::format("\"{}\" in \"transitions\"", from), faults)) continue;
    for (const auto& item : list.items) {
      auto edge = read_arrow(item, ids, what, faults);
      if (!edge.target) continue;
      const auto to = *edge.target;
      auto& child = into.activities[to];
      if (child.kind == activity_kind::trigger) {
        faults.error(
            edge.to->at,
            fmt::format("an edge leads into the trigger \"{}\"; a trigger is entered from outside "
                        "only",
                        child.id));
        continue;
      }
      const auto [first, fresh] = first_way.emplace(to, edge.to);
      if (!fresh) {
        faults.error(
            edge.to->at,
            fmt::format("\"{}\" has a second parent here, \"{}\"; the first edge to it is at {}. A "
                        "flow is a tree: every activity has one parent",
                        child.id, from, where(first->second->at, edge.to->at)));
        continue;
      }
      if (!origin) {
        excused.push_back(to);
        continue;
      }
      child.parent = *origin;
      into.activities[*origin].edges.push_back(into.edges.size());
      into.edges.push_back({*origin, to, std::move(edge.conditions), first_key(item)});
    }
  }
  return excused;
}

void read_hooks(const tree* written, index& ids, definition::graph& into, findings& faults) {
  if (written == nullptr || !fits(shape::object, *written, "\"hooks\" of a graph", faults)) return;
  for (const auto& [topic, at, list] : written->entries) {
    tree key;
    key.scalar = topic;
    key.at = at;
    fits(shape::topic, key, "a key in \"hooks\"", faults);
    const auto what = fmt::format("a rule of the topic \"{}\"", topic);
    if (!fits(shape::list, list, fmt::format("\"{}\" in \"hooks\"", topic), faults)) continue;
    for (const auto& item : list.items) {
      auto rule = read_arrow(item, ids, what, faults);
      if (rule.conditions)
        for (const auto& entry : rule.conditions->entries)
          if (entry.key == "code")
            faults.error(entry.at,
                         fmt::format("{} has no \"code\": a signal is no reply; \"match\" "
                                     "and \"gate\" would be right",
                                     what));
      if (!rule.target) continue;
      const auto& target = into.activities[*rule.target];
      if (target.kind != activity_kind::hook)
        faults.error(
            rule.to->at,
            fmt::format("{} leads to \"{}\", which is of type {}; only a hook waits for signals",
                        what, target.id, name(target.kind)));
      into.rules.push_back({topic, *rule.target, std::move(rule.conditions), first_key(item)});
    }
  }
}

} // namespace quipu::structure
