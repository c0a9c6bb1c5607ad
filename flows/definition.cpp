#include "flows/definition.hpp"

#include "flows/definition/graph.hpp"
#include "flows/definition/keys.hpp"
#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace quipu {
namespace {

using namespace structure;

bool is_app_id(const tree& value) noexcept {
  return value.is_string() && !value.text().empty() &&
         std::all_of(value.text().begin(), value.text().end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

void read_head(const tree& app, definition& into, findings& faults) {
  check_keys(app, app_keys, "the app", faults);
  const auto find = [&](std::string_view key, std::string_view why) {
    const auto* value = app.find(key);
    if (value == nullptr) faults.error(into.at, fmt::format("the app has no \"{}\": {}", key, why));
    return value;
  };
  if (const auto* id = find("id", "letters, digits and -"); id != nullptr) {
    if (is_app_id(*id))
      into.id = id->text();
    else
      faults.error(id->at, fmt::format("the app's id is a string of letters, digits and -, not {}",
                                       describe(*id)));
  }
  if (const auto* version = find("version", "a string like '1'"); version != nullptr) {
    if (version->is_string() && !version->text().empty())
      into.version = version->text();
    else
      faults.error(
          version->at,
          fmt::format("the app's version is a string, not {}; '1' in quotes would be right",
                      describe(*version)));
  }
  if (const auto* mode = app.find("schemas"); mode != nullptr) {
    const auto text = mode->is_string() ? std::string_view{mode->text()} : std::string_view{};
    if (text == "warn")
      into.schemas = definition::schema_mode::warn;
    else if (text != "enforce")
      faults.error(mode->at, fmt::format("\"schemas\" of the app is enforce or warn, not {}",
                                         describe(*mode)));
  }
  for (const auto& entry : app.entries)
    if (entry.key == "settings")
      faults.warning(entry.at, "\"settings\" of the app is known but has no effect");
}

/// An await whose topic is written out must find its flow in the same app.
void check_awaits(const definition& app, findings& faults) {
  std::vector<std::string_view> topics;
  topics.reserve(app.graphs.size());
  for (const auto& graph : app.graphs) topics.push_back(graph.subscribes);
  const std::unordered_set<std::string_view> known{topics.begin(), topics.end()};
  guesses near{std::move(topics)};
  for (const auto& graph : app.graphs)
    for (const auto& activity : graph.activities) {
      const auto* topic =
          activity.kind == activity_kind::await ? activity.find({"topic"}) : nullptr;
      if (topic == nullptr || !topic->is_string() || is_mapping(*topic) || topic->text().empty())
        continue;
      if (known.contains(topic->text())) continue;
      faults.error(
          topic->at,
          fmt::format("activity \"{}\" awaits \"{}\", but no graph of the app subscribes to it{}",
                      activity.id, topic->text(), near.did_you_mean(topic->text())));
    }
}

} // namespace

const tree*
definition::activity::find(std::initializer_list<std::string_view> path) const noexcept {
  const auto* here = &body;
  for (const auto key : path) {
    here = here->find(key);
    if (here == nullptr) break;
  }
  return here;
}

std::optional<definition> read_definition(const tree& root, findings& faults,
                                          const read_limits& limits) {
  findings mine;
  definition made;
  const tree::entry* app = nullptr;
  for (const auto& entry : root.entries)
    if (entry.key == "app") app = &entry;
  if (app == nullptr) {
    mine.error(first_key(root), "an app file begins with \"app:\", and this one has none");
  } else if (made.at = app->at; fits(shape::object, app->value, "\"app\"", mine)) {
    read_head(app->value, made, mine);
    names taken;
    const auto* graphs = app->value.find("graphs");
    if (graphs == nullptr)
      mine.error(made.at, "the app has no \"graphs\": a list with at least one flow");
    else if (!graphs->is_list() || graphs->items.empty())
      mine.error(graphs->at,
                 fmt::format("\"graphs\" of the app is a list with at least one flow, not {}",
                             graphs->is_list() ? "an empty list" : describe(*graphs)));
    else
      for (const auto& graph : graphs->items)
        made.graphs.push_back(read_graph(graph, taken, limits, mine));
    check_awaits(made, mine);
  }
  for (const auto& each : mine.all())
    each.is == finding::weight::error ? faults.error(each.at, each.message)
                                      : faults.warning(each.at, each.message);
  return mine.failed() ? std::nullopt : std::optional{std::move(made)};
}

} // namespace quipu
