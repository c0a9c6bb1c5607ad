#include "flows/definition/graph.hpp"

#include "flows/definition/activity.hpp"
#include "flows/definition/keys.hpp"
#include "flows/definition/rooting.hpp"
#include "flows/definition/section.hpp"
#include "flows/definition/transitions.hpp"

#include <fmt/format.h>

namespace quipu::structure {
namespace {

std::optional<tree> copy(const tree* value) {
  return value != nullptr ? std::optional{*value} : std::nullopt;
}

std::optional<tree> schema_in(const tree& graph, std::string_view key) {
  const auto* section = graph.find(key);
  return section != nullptr ? copy(section->find("schema")) : std::nullopt;
}

void read_topics(const tree& written, definition::graph& into, names& taken, findings& faults) {
  if (const auto* topic = written.find("subscribes"); topic == nullptr) {
    faults.error(
        into.at,
        "a graph without \"subscribes\" can never start; it names the topic that starts a job");
  } else if (fits(shape::topic, *topic, "\"subscribes\" of a graph", faults)) {
    into.subscribes = topic->text();
    const auto [first, fresh] = taken.topics.emplace(into.subscribes, topic->at);
    if (!fresh)
      faults.error(topic->at,
                   fmt::format("two graphs of the app subscribe to \"{}\"; the first is at {}",
                               into.subscribes, where(first->second, topic->at)));
  }
  if (const auto* topic = written.find("publishes"); topic != nullptr)
    if (fits(shape::topic, *topic, "\"publishes\" of a graph", faults))
      into.publishes = topic->text();
}

void read_activities(const tree::entry& section, definition::graph& into, names& taken,
                     const read_limits& limits, findings& faults) {
  if (!fits(shape::object, section.value, "\"activities\" of a graph", faults)) return;
  if (section.value.entries.size() > limits.activities) {
    faults.error(section.at, fmt::format("this graph has {} activities, more than {}, the limit "
                                         "(limits.definition.activities)",
                                         section.value.entries.size(), limits.activities));
    return;
  }
  for (const auto& entry : section.value.entries) {
    const auto [first, fresh] = taken.activities.emplace(entry.key, entry.at);
    if (!fresh)
      faults.error(entry.at,
                   fmt::format("two activities of the app have the id \"{}\"; the first is at {}",
                               entry.key, where(first->second, entry.at)));
    into.activities.push_back(read_activity(entry, faults));
  }
}

} // namespace

definition::graph read_graph(const tree& written, names& taken, const read_limits& limits,
                             findings& faults) {
  definition::graph made;
  made.at = first_key(written);
  if (!fits(shape::object, written, "an item of \"graphs\"", faults)) return made;
  check_keys(written, graph_keys, "a graph", faults);
  read_topics(written, made, taken, faults);
  const auto check = [&](std::string_view key, shape wanted) {
    const auto* value = written.find(key);
    if (value != nullptr) fits(wanted, *value, fmt::format("\"{}\" of a graph", key), faults);
    return copy(value);
  };
  made.expire = check("expire", shape::expiry);
  made.persistent = check("persistent", shape::truth_or_mapping);
  for (const std::string_view key : {"input", "output"})
    if (const auto* section = written.find(key); section != nullptr)
      check_section(*section, parts::schema, parts::none, fmt::format("\"{}\" of a graph", key),
                    faults);
  made.input_schema = schema_in(written, "input");
  made.output_schema = schema_in(written, "output");

  const tree::entry* activities = nullptr;
  for (const auto& entry : written.entries)
    if (entry.key == "activities") activities = &entry;
  if (activities == nullptr) {
    faults.error(made.at,
                 "a graph without \"activities\" does nothing; at least a trigger belongs there");
    return made;
  }
  const auto told = faults.all().size();
  read_activities(*activities, made, taken, limits, faults);
  if (made.activities.empty() && faults.all().size() != told) return made;
  index ids{made};
  find_trigger(made, activities->at, faults);
  const auto excused = read_transitions(written.find("transitions"), ids, made, faults);
  read_hooks(written.find("hooks"), ids, made, faults);
  check_reach(made, excused, faults);
  check_cycles(made, ids, faults);
  return made;
}

} // namespace quipu::structure
