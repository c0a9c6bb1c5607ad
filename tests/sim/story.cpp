#include "tests/sim/story.hpp"

#include <algorithm>

namespace quipu::sim {

namespace {

using ordered = nlohmann::ordered_json;

std::string ref(const graph& in, int node, std::string_view document, const std::string& field) {
  return "{" + in.nodes[static_cast<std::size_t>(node)].id + "." + std::string{document} +
         ".data." + field + "}";
}

ordered written(const graph& in, const term& what) {
  switch (what.is) {
  case term::kind::literal: return what.literal;
  case term::kind::output: return ref(in, what.node, "output", what.field);
  case term::kind::hook: return ref(in, what.node, "hook", what.field);
  case term::kind::shared: return "{$job.data." + what.field + "}";
  case term::kind::one_more:
    return {{"@pipe", ordered::array({ordered::array({"{$job.data." + what.field + "}", 1}),
                                      ordered::array({"{@math.add}"})})}};
  }
  return nullptr;
}

ordered written(const graph& in, const terms& maps) {
  auto made = ordered::object();
  for (const auto& [name, what] : maps) made[name] = written(in, what);
  return made;
}

std::string millis(std::int64_t ms) { return std::to_string(ms) + "ms"; }

std::string_view name(kind is) {
  switch (is) {
  case kind::trigger: return "trigger";
  case kind::worker: return "worker";
  case kind::await: return "await";
  case kind::hook: return "hook";
  case kind::signal: return "signal";
  case kind::cycle: return "cycle";
  case kind::interrupt: return "interrupt";
  }
  return "";
}

ordered written(const graph& in, const node& of) {
  ordered made{{"type", name(of.is)}};
  if (!of.topic.empty() && of.is != kind::hook) made["topic"] = of.topic;
  if (!of.input.empty()) made["input"]["maps"] = written(in, of.input);
  if (!of.output.empty()) made["output"]["maps"] = written(in, of.output);
  if (!of.shared.empty()) made["job"]["maps"] = written(in, of.shared);
  for (const auto& [code, maps] : of.shared_by_code)
    made["job"][std::to_string(code)]["maps"] = written(in, maps);
  if (of.emit) made["emit"] = true;
  if (of.persist) made["persist"] = true;
  if (of.threshold > 0) made["statusThreshold"] = of.threshold;
  switch (of.is) {
  case kind::trigger:
    if (in.named) made["stats"]["id"] = "{$self.output.data.id}";
    made["stats"]["measures"] =
        ordered::array({{{"measure", "index"}, {"target", "{$self.output.data.k}"}}});
    break;
  case kind::worker:
    if (of.attempts > 0)
      made["retry"] = {
          {"attempts", of.attempts}, {"initial", millis(of.backoff_ms)}, {"factor", 1}};
    if (of.timeout_ms > 0) made["timeout"] = millis(of.timeout_ms);
    break;
  case kind::await:
    if (of.severed) made["await"] = false;
    break;
  case kind::hook:
    if (of.sleep_ms > 0) made["sleep"] = millis(of.sleep_ms);
    if (of.cycle) made["cycle"] = true;
    break;
  case kind::signal:
    made["subtype"] = of.all ? "all" : "one";
    made["signal"]["maps"] = {{"k", written(in, *of.k)}};
    if (of.all) {
      made["key_name"] = "k";
      made["key_value"] = written(in, *of.k);
    }
    if (of.keeps) made["code"] = 202;
    break;
  case kind::cycle: made["ancestor"] = in.nodes[static_cast<std::size_t>(of.ancestor)].id; break;
  case kind::interrupt:
    if (of.k) made["target"] = written(in, *of.k);
    made["throw"] = of.throws;
    made["descend"] = of.descend;
    break;
  }
  return made;
}

ordered written(const graph& in, const way& of) {
  ordered made{{"to", in.nodes[static_cast<std::size_t>(of.to)].id}};
  if (of.codes.size() == 1) made["conditions"]["code"] = of.codes.front();
  if (of.codes.size() > 1) made["conditions"]["code"] = of.codes;
  if (of.match)
    made["conditions"]["match"] = ordered::array(
        {{{"expected", of.match->second}, {"actual", written(in, of.match->first)}}});
  return made;
}

ordered written(const graph& of) {
  ordered made{
      {"subscribes", of.topic}, {"publishes", of.publishes}, {"expire", millis(expire_ms)}};
  if (of.persistent) made["persistent"] = true;
  for (const auto& each : of.nodes) {
    made["activities"][each.id] = written(of, each);
    for (const auto& edge : each.ways) made["transitions"][each.id].push_back(written(of, edge));
    if (each.is != kind::hook || !each.expects) continue;
    made["hooks"][each.topic].push_back(
        {{"to", each.id},
         {"conditions",
          {{"match", ordered::array({{{"expected", written(of, *each.expects)},
                                      {"actual", "{$self.hook.data.k}"}}})}}}});
  }
  return made;
}

} // namespace

const graph* story::find(const std::string& topic) const {
  const auto found = std::find_if(graphs.begin(), graphs.end(),
                                  [&](const graph& each) { return each.topic == topic; });
  return found == graphs.end() ? nullptr : &*found;
}

ordered written(const story& of) {
  auto graphs = ordered::array();
  for (const auto& each : of.graphs) graphs.push_back(written(each));
  return {{"app", {{"id", "sim"}, {"version", "1"}, {"graphs", std::move(graphs)}}}};
}

} // namespace quipu::sim
