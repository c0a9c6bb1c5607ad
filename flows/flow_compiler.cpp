#include "flows/flow_compiler.hpp"

#include "collation/codes.hpp"
#include "flows/ancestry.hpp"
#include "flows/definition/stats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace quipu {

namespace {

/// The order in which a graph's activities stand in the plan: preorder, children in the order of
/// their edges. Iterative: a chain of ten thousand is no reason to overflow a stack.
std::vector<std::size_t> preorder(const definition::graph& graph) {
  std::vector<std::size_t> order;
  std::vector<std::size_t> pending{graph.trigger};
  while (!pending.empty()) {
    const auto at = pending.back();
    pending.pop_back();
    order.push_back(at);
    const auto& edges = graph.activities[at].edges;
    for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge)
      pending.push_back(graph.edges[*edge].to);
  }
  return order;
}

/// The activity whose `hook` a text refers to; empty: it does not.
std::string_view heard_by(const tree& written) {
  if (!written.is_string()) return {};
  std::string_view text = written.text();
  const auto dot = text.find('.');
  if (text.size() < 2 || text.front() != '{' || text.back() != '}' || dot == text.npos) return {};
  const auto rest = text.substr(dot + 1, text.size() - dot - 2);
  return rest == "hook" || rest.starts_with("hook.") ? text.substr(1, dot - 1) : std::string_view{};
}

/// Whose answer may be pending: more than one comes.
bool may_wait(activity_kind kind) noexcept {
  return kind == activity_kind::worker || kind == activity_kind::hook;
}

class compiler {
public:
  compiler(const definition::graph& graph, findings& faults) : graph_(graph), faults_(faults) {}

  flow make() {
    flow_.topic = graph_.subscribes;
    flow_.publishes = graph_.publishes;
    lay_out();
    slice_up();
    for (std::uint32_t at = 0; at < order_.size(); ++at) fill(at);
    for (const auto& rule : graph_.rules) {
      const auto at = place_[rule.to];
      flow_.activities[at].rules.push_back(
          {rule.topic, conditions(rule.conditions, at),
           asked(rule.conditions, graph_.activities[rule.to].find({"hook", "schema"}))});
    }
    const ancestry names{flow_, 0};
    if (graph_.expire) flow_.expire = mapping::compile(*graph_.expire, names, faults_);
    if (graph_.persistent) flow_.persistent = mapping::compile(*graph_.persistent, names, faults_);
    flow_.input_schema = schema_of(graph_.input_schema ? &*graph_.input_schema : nullptr);
    flow_.output_schema = schema_of(graph_.output_schema ? &*graph_.output_schema : nullptr);
    check_topics();
    keep_inputs();
    return std::move(flow_);
  }

private:
  /// Gives every activity its place, its parent and the size of its sub-tree.
  void lay_out() {
    order_ = preorder(graph_);
    place_.resize(graph_.activities.size());
    for (std::uint32_t at = 0; at < order_.size(); ++at) place_[order_[at]] = at;
    flow_.activities.resize(order_.size());
    for (std::uint32_t at = 0; at < order_.size(); ++at) {
      const auto& written = graph_.activities[order_[at]];
      auto& made = flow_.activities[at];
      made.id = written.id;
      made.kind = written.kind;
      made.parent = written.parent ? place_[*written.parent] : 0;
      made.cycle = written.cycle;
      flow_.index.emplace(made.id, at);
      for (auto edge : written.edges) {
        const auto& way = graph_.edges[edge];
        made.edges.push_back({place_[way.to], std::nullopt, false});
      }
    }
    for (auto at = flow_.activities.size(); at-- > 1;)
      flow_.activities[flow_.activities[at].parent].size += flow_.activities[at].size;
    for (std::uint32_t at = 0; at < order_.size(); ++at) {
      const auto& written = graph_.activities[order_[at]];
      for (std::size_t edge = 0; edge < written.edges.size(); ++edge) {
        auto& made = flow_.activities[at].edges[edge];
        made.when = conditions(graph_.edges[written.edges[edge]].conditions, at);
        made.interim = made.when && !made.when->codes.empty() && made.when->admits(codes::pending);
        if (made.interim && !may_wait(written.kind))
          faults_.warning(graph_.edges[written.edges[edge]].conditions->find("code")->at,
                          fmt::format("an edge of \"{}\" names {}, which only a worker or a hook "
                                      "can say, and no {}",
                                      written.id, codes::pending, quipu::name(written.kind)));
      }
    }
  }

  /// Finds the stretches that may be opened more than once.
  void slice_up() {
    flow_.slices.push_back({0, static_cast<std::uint32_t>(flow_.activities.size()), 0, 0});
    for (std::uint32_t at = 0; at < flow_.activities.size(); ++at) {
      auto& made = flow_.activities[at];
      if (made.cycle && made.size > 1) {
        made.behind = open(at + 1, made.size - 1, made.slice, at);
      } else if (may_wait(made.kind)) {
        for (const auto& edge : made.edges)
          if (edge.interim) open(edge.to, flow_.activities[edge.to].size, made.slice, at);
      }
    }
  }

  std::uint32_t open(std::uint32_t first, std::uint32_t count, std::uint32_t around,
                     std::uint32_t owner) {
    const auto made = static_cast<std::uint32_t>(flow_.slices.size());
    flow_.slices.push_back({first, count, around, owner});
    for (auto at = first; at < first + count; ++at) flow_.activities[at].slice = made;
    return made;
  }

  void fill(std::uint32_t at) {
    const auto& written = graph_.activities[order_[at]];
    auto& made = flow_.activities[at];
    made.threshold = written.status_threshold;
    made.timeout = written.timeout;
    made.retry = written.retry;
    if (written.ancestor) made.ancestor = place_[*written.ancestor];
    made.topic = mapped(at, written.find({"topic"}));
    made.input = mapped(at, written.find({"input", "maps"}));
    made.output = mapped(at, written.find({"output", "maps"}));
    made.shared = mapped(at, written.find({"job", "maps"}), mapping::role::job_maps);
    made.emit = mapped(at, written.find({"emit"}));
    made.persist = mapped(at, written.find({"persist"}));
    made.job_id = mapped(at, written.find({"stats", "id"}));
    made.telemetry = mapped(at, written.find({"telemetry"}));
    if (const auto* stats = written.find({"stats"}); stats != nullptr)
      made.stats = measured(at, *stats);
    made.waits = mapped(at, written.find({"await"}));
    made.sleep = mapped(at, written.find({"sleep"}));
    made.payload = mapped(at, written.find({"signal", "maps"}));
    made.scrub = mapped(at, written.find({"scrub"}));
    made.key_value = mapped(at, written.find({"key_value"}));
    made.code = mapped(at, written.find({"code"}));
    made.target = mapped(at, written.find({"target"}));
    made.reason = mapped(at, written.find({"reason"}));
    made.throws = mapped(at, written.find({"throw"}));
    made.descend = mapped(at, written.find({"descend"}));
    made.signal_all = written.signal_all;
    made.key_name = mapped(at, written.find({"key_name"}));
    made.resolver = mapped(at, written.find({"resolver", "maps"}));
    made.input_schema = schema_of(written.find({"input", "schema"}));
    made.output_schema = schema_of(written.find({"output", "schema"}));
    made.hook_schema = schema_of(written.find({"hook", "schema"}));
    by_code(written.find({"job"}), "maps", [&](int code, const tree& maps) {
      if (auto compiled = mapped(at, &maps, mapping::role::job_maps))
        made.shared_by_code.emplace(code, std::move(*compiled));
    });
    by_code(written.find({"output"}), "schema", [&](int code, const tree& rules) {
      if (auto compiled = schema_of(&rules))
        made.output_schema_by_code.emplace(code, std::move(*compiled));
    });
  }

  /// What stands under `KEY` of each entry whose own key is a code.
  template <class Use>
  static void by_code(const tree* written, std::string_view key, Use use) {
    if (written == nullptr) return;
    for (const auto& entry : written->entries) {
      int code = 0;
      const auto* end = entry.key.data() + entry.key.size();
      const auto [rest, error] = std::from_chars(entry.key.data(), end, code);
      if (error != std::errc{} || rest != end) continue;
      if (const auto* found = entry.value.find(key)) use(code, *found);
    }
  }

  std::optional<mapping> mapped(std::uint32_t at, const tree* written,
                                mapping::role role = mapping::role::value) {
    if (written == nullptr) return std::nullopt;
    check_heard(at, *written);
    return mapping::compile(*written, ancestry{flow_, at}, faults_, role);
  }

  /// No signal comes to what is no hook, so nobody can read one there.
  void check_heard(std::uint32_t at, const tree& written) {
    const auto name = heard_by(written);
    const auto found = flow_.index.find(std::string{name});
    const auto* rules = name == "$self"              ? &flow_.activities[at]
                        : found != flow_.index.end() ? &flow_.activities[found->second]
                                                     : nullptr;
    if (rules != nullptr && rules->kind != activity_kind::hook)
      faults_.error(written.at,
                    fmt::format("{}: \"{}\" is of type {}, so no signal comes to it; behind it "
                                "stands input or output",
                                written.text(), rules->id, quipu::name(rules->kind)));
    for (const auto& item : written.items) check_heard(at, item);
    for (const auto& entry : written.entries) check_heard(at, entry.value);
  }

  /// A topic that reads a topic, `metadata.stp` or the whole of `metadata`, does not read itself,
  /// nor one that reads a third: what is asked for is made at once, without a chain.
  void check_topics() {
    const auto reads_topic = [](const slot& what) {
      return what.which == slot::part::topic || what.which == slot::part::whole_metadata;
    };
    const auto stands_alone = [&](const activity& each) {
      return !each.topic ||
             std::none_of(each.topic->reads().begin(), each.topic->reads().end(), reads_topic);
    };
    for (std::uint32_t at = 0; at < order_.size(); ++at) {
      const auto& made = flow_.activities[at];
      if (stands_alone(made)) continue;
      const auto* written = graph_.activities[order_[at]].find({"topic"});
      for (const auto& what : made.topic->reads())
        if (const auto& other = flow_.activities[what.activity];
            reads_topic(what) && !stands_alone(other))
          faults_.error(
              written->at,
              fmt::format("the topic of \"{}\" reads the topic of \"{}\" (metadata.stp), "
                          "which itself reads a topic; one that reads none would be right",
                          made.id, other.id));
    }
  }

  std::optional<schema> schema_of(const tree* written) {
    if (written == nullptr) return std::nullopt;
    return schema::compile(*written, faults_);
  }

  std::optional<condition> conditions(const std::optional<tree>& written, std::uint32_t at) {
    if (!written) return std::nullopt;
    check_heard(at, *written);
    return condition::compile(*written, ancestry{flow_, at}, faults_);
  }

  measures measured(std::uint32_t at, const tree& written) {
    measures made;
    made.key = mapped(at, written.find("key"));
    const auto* granularity = written.find("granularity");
    made.stretch = structure::granularity_of(granularity);
    made.counts = made.key || granularity != nullptr;
    if (const auto* list = written.find("measures"); list != nullptr)
      for (const auto& item : list->items) {
        const auto* what = item.find("measure");
        const auto* target = item.find("target");
        auto& one = made.all.emplace_back();
        if (what != nullptr && what->is_string()) one.what = what->text();
        one.name = structure::measure_name(target);
        one.target = mapped(at, target);
        made.counts = made.counts || one.what != "index";
      }
    return made;
  }

  /// How the matches of a hook's rule read the signal, and the schema that the hook asks of it.
  static std::vector<std::string> asked(const std::optional<tree>& conditions, const tree* guard) {
    std::vector<std::string> all;
    const auto* matches = conditions ? conditions->find("match") : nullptr;
    if (matches != nullptr)
      for (const auto& match : matches->items) {
        const auto* actual = match.find("actual");
        all.push_back(actual != nullptr ? to_json(*actual).dump() : std::string{});
      }
    if (guard != nullptr) all.push_back(to_json(*guard).dump());
    return all;
  }

  /// An input is kept when something reads it later, or when making it again might give another
  /// one.
  void keep_inputs() {
    for (auto& made : flow_.activities)
      made.keeps_input =
          (made.input && made.input->is_volatile()) || (made.topic && made.topic->is_volatile());
    const auto note = [this](const mapping& reads) {
      for (const auto& slot : reads.reads())
        if (slot.of == slot::document::input && slot.activity != slot::whole_job)
          flow_.activities[slot.activity].keeps_input = true;
    };
    const auto note_all = [&note](const std::optional<condition>& when) {
      if (!when) return;
      for (const auto& match : when->matches) {
        note(match.expected);
        note(match.actual);
      }
    };
    for (const auto& made : flow_.activities) {
      for (const auto* each :
           {&made.topic, &made.input, &made.output, &made.shared, &made.emit, &made.persist,
            &made.telemetry, &made.waits, &made.scrub, &made.sleep, &made.payload, &made.key_name,
            &made.key_value, &made.resolver, &made.code, &made.target, &made.reason, &made.throws,
            &made.descend})
        if (*each) note(**each);
      for (const auto& [code, each] : made.shared_by_code) note(each);
      for (const auto& edge : made.edges) note_all(edge.when);
      for (const auto& rule : made.rules) note_all(rule.when);
    }
  }

  const definition::graph& graph_;
  findings& faults_;
  flow flow_;
  std::vector<std::size_t> order_;   ///< place in the plan -> place in the definition
  std::vector<std::uint32_t> place_; ///< the other way round
};

} // namespace

flow compile(const definition::graph& graph, findings& faults) {
  return compiler{graph, faults}.make();
}

} // namespace quipu
