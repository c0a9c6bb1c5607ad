#include "flows/definition/rooting.hpp"

#include "flows/definition/shape.hpp"

#include <fmt/format.h>

namespace quipu::structure {
namespace {

void mark_below(const definition::graph& in, std::size_t from, std::vector<bool>& reached) {
  std::vector<std::size_t> open{from};
  while (!open.empty()) {
    const auto here = open.back();
    open.pop_back();
    if (reached[here]) continue;
    reached[here] = true;
    for (const auto edge : in.activities[here].edges) open.push_back(in.edges[edge].to);
  }
}

bool is_above(const definition::graph& in, std::size_t upper, std::size_t lower) {
  auto steps = in.activities.size(); // edges that run in a circle are told elsewhere
  for (auto here = in.activities[lower].parent; here && steps-- > 0;
       here = in.activities[*here].parent)
    if (*here == upper) return true;
  return false;
}

std::string reenterable_above(const definition::graph& in, std::size_t lower) {
  std::vector<std::string_view> ids;
  auto steps = in.activities.size();
  for (auto here = in.activities[lower].parent; here && steps-- > 0;
       here = in.activities[*here].parent)
    if (in.activities[*here].cycle) ids.push_back(in.activities[*here].id);
  return ids.empty() ? "above it none has \"cycle: true\""
                     : fmt::format("above it with \"cycle: true\": {}", enumerate(ids));
}

} // namespace

void find_trigger(definition::graph& in, const place& section, findings& faults) {
  const definition::activity* first = nullptr;
  for (std::size_t i = 0; i < in.activities.size(); ++i) {
    const auto& activity = in.activities[i];
    if (activity.kind != activity_kind::trigger) continue;
    if (first != nullptr) {
      faults.error(
          activity.at,
          fmt::format("\"{}\" is a second trigger; a graph has one, and \"{}\" at {} is it",
                      activity.id, first->id, where(first->at, activity.at)));
      continue;
    }
    first = &activity;
    in.trigger = i;
  }
  if (first == nullptr)
    faults.error(section, "this graph has no trigger; exactly one activity is of type trigger");
}

void check_reach(const definition::graph& in, const std::vector<std::size_t>& excused,
                 findings& faults) {
  std::vector<bool> reached(in.activities.size(), false);
  bool rooted = false;
  for (std::size_t i = 0; i < in.activities.size(); ++i) {
    if (in.activities[i].kind != activity_kind::trigger) continue;
    mark_below(in, i, reached);
    rooted = true;
  }
  if (!rooted) return;
  for (const auto id : excused) mark_below(in, id, reached);
  const auto tell = [&](std::size_t id) {
    faults.error(in.activities[id].at,
                 fmt::format("activity \"{}\" cannot be reached: no way of edges leads from the "
                             "trigger to it",
                             in.activities[id].id));
    mark_below(in, id, reached);
  };
  for (std::size_t i = 0; i < in.activities.size(); ++i)
    if (!reached[i] && !in.activities[i].parent) tell(i);
  for (std::size_t i = 0; i < in.activities.size(); ++i)
    if (!reached[i]) tell(i); // edges in a circle
}

void check_cycles(definition::graph& in, index& ids, findings& faults) {
  for (std::size_t i = 0; i < in.activities.size(); ++i) {
    auto& activity = in.activities[i];
    const auto* written =
        activity.kind == activity_kind::cycle ? activity.find({"ancestor"}) : nullptr;
    if (written == nullptr || !written->is_string() || written->text().empty()) continue;
    const auto found = ids.find(written->text());
    const auto what = fmt::format("cycle \"{}\" enters \"{}\" again", activity.id, written->text());
    if (!found)
      faults.error(written->at, fmt::format("{}, but {}", what, ids.missing(written->text())));
    else if (!is_above(in, *found, i))
      faults.error(written->at,
                   fmt::format("{}, but that is not above it; {}", what, reenterable_above(in, i)));
    else if (!in.activities[*found].cycle)
      faults.error(written->at, fmt::format("{}, but that does not say \"cycle: true\"; {}", what,
                                            reenterable_above(in, i)));
    else
      activity.ancestor = *found;
  }
}

} // namespace quipu::structure
