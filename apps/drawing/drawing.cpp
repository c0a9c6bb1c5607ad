#include "apps/drawing/drawing.hpp"

#include "apps/drawing/phrase.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace quipu {

namespace {

constexpr std::size_t longest_phrase = 72;

/// A key's value in short: a string that is no reference stands without quotes.
std::string value_of(const tree& written) {
  const bool plain = written.is_string() && !written.text().starts_with('{');
  return shortened(plain ? written.text() : phrase(written), longest_phrase);
}

std::string conditions_of(const std::optional<tree>& written) {
  return written ? shortened(phrase_of_conditions(*written), longest_phrase) : std::string{};
}

bool names_202(const std::optional<tree>& conditions) {
  const auto* code = conditions ? conditions->find("code") : nullptr;
  if (code == nullptr) return false;
  const auto is_202 = [](const tree& each) { return each.scalar == 202; };
  return code->is_list() ? std::any_of(code->items.begin(), code->items.end(), is_202)
                         : is_202(*code);
}

std::string exactly(std::chrono::milliseconds length) {
  const auto ms = length.count();
  if (ms % 3'600'000 == 0) return fmt::format("{} h", ms / 3'600'000);
  if (ms % 60'000 == 0) return fmt::format("{} min", ms / 60'000);
  if (ms % 1'000 == 0) return fmt::format("{} s", ms / 1'000);
  return fmt::format("{} ms", ms);
}

std::string retries_of(const retry_policy& with) {
  std::string said;
  const auto add = [&](const std::string& code, const backoff& how) {
    said += fmt::format("{}{}{} calls, {} apart", said.empty() ? "" : "; ", code, how.attempts,
                        exactly(how.initial));
    if (how.factor != 1) said += fmt::format(" × {:g}", how.factor);
  };
  for (const auto& [code, how] : with.by_code) add(fmt::format("{}: ", code), how);
  if (with.any) add("", *with.any);
  return "retry " + said;
}

/// Draws the activities of one graph.
class painter {
public:
  painter(const definition::graph& of, const std::map<std::string, std::size_t>& flows)
      : graph_(of), flows_(flows), place_(of.activities.size(), 0) {}

  drawing::flow paint() {
    drawing::flow made;
    made.topic = graph_.subscribes;
    if (graph_.publishes) made.notes.push_back("publishes " + *graph_.publishes);
    if (graph_.persistent && !is_false(*graph_.persistent))
      made.notes.push_back("stays open to signals");
    if (graph_.expire)
      made.notes.push_back(graph_.expire->scalar == 0 ? "kept for ever"
                                                      : "kept for " + value_of(*graph_.expire));
    lay_out(made.nodes);
    for (auto& each : made.nodes)
      if (const auto ancestor = graph_.activities[written_[&each - made.nodes.data()]].ancestor)
        each.back_to = place_[*ancestor];
    for (const auto& rule : graph_.rules) {
      const auto when = conditions_of(rule.conditions);
      auto& hook = made.nodes[place_[rule.to]];
      hook.notes.push_back(
          fmt::format("waits for {}{}{}", rule.topic, when.empty() ? "" : " ", when));
      if (std::find(hook.hears.begin(), hook.hears.end(), rule.topic) == hook.hears.end())
        hook.hears.push_back(rule.topic);
    }
    return made;
  }

private:
  static bool is_false(const tree& value) { return value.scalar == false; }
  static bool is_true(const tree* value) { return value != nullptr && !is_false(*value); }

  /// Preorder, as in the plan: a job's digits are in this order.
  void lay_out(std::vector<drawing::node>& nodes) {
    struct step {
      std::size_t activity;
      const definition::edge* by;
    };
    std::vector<step> pending{{graph_.trigger, nullptr}};
    while (!pending.empty()) {
      const auto [at, by] = pending.back();
      pending.pop_back();
      place_[at] = nodes.size();
      written_.push_back(at);
      auto made = node_of(graph_.activities[at]);
      made.parent = by != nullptr ? place_[by->from] : 0;
      made.depth = by != nullptr ? nodes[made.parent].depth + 1 : 0;
      if (by != nullptr) {
        made.when = conditions_of(by->conditions);
        made.is_interim = names_202(by->conditions);
      }
      nodes.push_back(std::move(made));
      const auto& edges = graph_.activities[at].edges;
      for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge)
        pending.push_back({graph_.edges[*edge].to, &graph_.edges[*edge]});
    }
  }

  drawing::node node_of(const definition::activity& written) const {
    drawing::node made;
    made.id = written.id;
    made.kind = written.kind;
    if (const auto* title = written.find({"title"})) made.title = value_of(*title);
    const auto* topic = written.find({"topic"});
    if (topic != nullptr && !written.find({"topic"})->is_null()) made.topic = value_of(*topic);
    if (written.kind == activity_kind::await && topic->is_string())
      if (const auto flow = flows_.find(topic->text()); flow != flows_.end())
        made.starts = flow->second;
    note(written, made.notes);
    return made;
  }

  void note(const definition::activity& written, std::vector<std::string>& notes) const {
    const auto say = [&](const char* key, const char* words) {
      if (const auto* found = written.find({key})) notes.push_back(words + value_of(*found));
    };
    switch (written.kind) {
    case activity_kind::trigger:
      if (const auto* id = written.find({"stats", "id"}))
        notes.push_back("job id: " + value_of(*id));
      break;
    case activity_kind::worker:
      if (written.timeout) notes.push_back("timeout " + exactly(*written.timeout));
      if (written.retry) notes.push_back(retries_of(*written.retry));
      break;
    case activity_kind::await:
      if (const auto* waits = written.find({"await"}); waits != nullptr && is_false(*waits))
        notes.emplace_back("does not wait for its end");
      break;
    case activity_kind::hook:
      say("sleep", "sleeps ");
      if (written.cycle) notes.emplace_back("may be entered again");
      break;
    case activity_kind::signal:
      notes.emplace_back(written.signal_all ? "answers all that wait" : "answers one that waits");
      say("code", "code ");
      break;
    case activity_kind::cycle:
      if (written.ancestor) notes.push_back("back to " + graph_.activities[*written.ancestor].id);
      break;
    case activity_kind::interrupt:
      if (const auto* target = written.find({"target"}))
        notes.push_back("ends job " + value_of(*target));
      else
        notes.emplace_back("ends this job");
      say("code", "code ");
      break;
    default: break; // a kind of which there is nothing to note
    }
    if (is_true(written.find({"emit"}))) notes.emplace_back("emits");
    if (is_true(written.find({"persist"}))) notes.emplace_back("answers who waits");
    if (written.status_threshold > 0)
      notes.push_back(fmt::format("if more than {} are open", written.status_threshold));
  }

  const definition::graph& graph_;
  const std::map<std::string, std::size_t>& flows_;
  std::vector<std::size_t> place_;   ///< where an activity of the graph is drawn
  std::vector<std::size_t> written_; ///< which activity of the graph a node is
};

/// The graph at a topic and those behind its awaits.
std::set<std::size_t> reached(const definition& app,
                              const std::map<std::string, std::size_t>& flows, std::size_t from) {
  std::set<std::size_t> seen{from};
  std::vector<std::size_t> pending{from};
  while (!pending.empty()) {
    const auto& graph = app.graphs[pending.back()];
    pending.pop_back();
    for (const auto& each : graph.activities) {
      const auto* topic = each.kind == activity_kind::await ? each.find({"topic"}) : nullptr;
      if (topic == nullptr || !topic->is_string()) continue;
      const auto found = flows.find(topic->text());
      if (found != flows.end() && seen.insert(found->second).second)
        pending.push_back(found->second);
    }
  }
  return seen;
}

drawing draw_these(const definition& app, const std::vector<std::size_t>& graphs) {
  drawing made;
  made.heading = fmt::format("app {}, version {}", app.id, app.version);
  std::map<std::string, std::size_t> flows;
  for (std::size_t i = 0; i < graphs.size(); ++i)
    flows.emplace(app.graphs[graphs[i]].subscribes, i);
  for (const auto each : graphs) made.flows.push_back(painter{app.graphs[each], flows}.paint());
  return made;
}

} // namespace

drawing draw(const definition& app) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < app.graphs.size(); ++i) all.push_back(i);
  return draw_these(app, all);
}

std::optional<drawing> draw(const definition& app, const std::string& topic) {
  std::map<std::string, std::size_t> flows;
  for (std::size_t i = 0; i < app.graphs.size(); ++i) flows.emplace(app.graphs[i].subscribes, i);
  const auto found = flows.find(topic);
  if (found == flows.end()) return std::nullopt;
  const auto seen = reached(app, flows, found->second);
  std::vector<std::size_t> order{found->second};
  for (const auto each : seen)
    if (each != found->second) order.push_back(each);
  return draw_these(app, order);
}

std::vector<std::string> lines_of(const drawing::node& what) {
  std::vector<std::string> lines;
  lines.push_back(std::string{name(what.kind)} + (what.topic.empty() ? "" : " " + what.topic));
  if (!what.title.empty()) lines.push_back(what.title);
  lines.insert(lines.end(), what.notes.begin(), what.notes.end());
  return lines;
}

std::string_view word(digit state) noexcept {
  switch (state) {
  case digit::not_applicable: return "not here";
  case digit::left:
  case digit::right: return "bracket";
  case digit::skipped: return "skipped";
  case digit::released: return "answered";
  case digit::paused: return "waits";
  case digit::completed: return "completed";
  case digit::errored: return "failed";
  case digit::started: return "started";
  case digit::pending: return "not begun";
  }
  return "";
}

} // namespace quipu
