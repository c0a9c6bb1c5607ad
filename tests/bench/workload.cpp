#include "tests/bench/workload.hpp"

#include <quipu/call.hpp>

#include <fmt/format.h>

namespace quipu::bench {

namespace {

constexpr std::string_view payload =
    "a text that makes every message about one hundred bytes long, as in life..";

/// Start messages count from 0 to this and begin again: sums stay small.
constexpr std::size_t numbers = 1000;

std::string from(std::string_view activity, std::string_view key) {
  return fmt::format("{{{}.output.data.{}}}", activity, key);
}

json both(std::string_view of) { return {{"n", from(of, "n")}, {"text", from(of, "text")}}; }

/// A graph, as it stands in a definition; a YAML file may be written as JSON.
class graph {
public:
  explicit graph(std::string topic) : made_{{"subscribes", std::move(topic)}, {"expire", 1}} {
    made_["activities"]["t"] = {{"type", "trigger"}};
  }

  /// Puts an activity behind another one.
  json& add(const std::string& id, const std::string& behind, json what) {
    made_["transitions"][behind].push_back({{"to", id}});
    return made_["activities"][id] = std::move(what);
  }

  /// A worker that is sent what `behind` gave.
  json& call(const std::string& id, const std::string& behind) {
    return add(id, behind,
               {{"type", "worker"}, {"topic", "bench.add"}, {"input", {{"maps", both(behind)}}}});
  }

  /// Writes an activity's `n` into the job's data.
  static void share(json& activity, const std::string& as) {
    activity["job"]["maps"][as] = "{$self.output.data.n}";
  }

  json made_;
};

std::string app_named(std::string_view name) { return fmt::format("bench-{}", name); }

std::string app(std::string_view name, std::vector<graph> graphs) {
  json made{{"id", app_named(name)}, {"version", "1"}, {"graphs", json::array()}};
  for (auto& each : graphs) made["graphs"].push_back(std::move(each.made_));
  return json{{"app", std::move(made)}}.dump(1);
}

std::string topic_of(std::string_view name) { return fmt::format("bench.{}", name); }

workload fan_of(std::string_view name, std::size_t width) {
  graph made{topic_of(name)};
  for (std::size_t each = 1; each <= width; ++each) {
    const auto id = fmt::format("w{}", each);
    graph::share(made.call(id, "t"), id);
  }
  return {std::string{name}, app(name, {made}), width + 1, width + 1, 1, width, {}};
}

/// Hooks that compute: each adds one. All of them are folded into one commit.
workload pass_of(std::string_view name, std::size_t length) {
  graph made{topic_of(name)};
  std::string behind = "t";
  for (std::size_t each = 1; each <= length; ++each) {
    const auto id = fmt::format("p{}", each);
    auto maps = both(behind);
    maps["n"] = {{"@pipe", {{from(behind, "n"), 1}, {"{@math.add}"}}}};
    auto& hook = made.add(id, behind, {{"type", "hook"}, {"output", {{"maps", std::move(maps)}}}});
    if (each == length) graph::share(hook, "n");
    behind = id;
  }
  return {std::string{name}, app(name, {made}), 1, length + 1, length, 1, {}};
}

workload wait_of(std::string_view name) {
  graph made{topic_of(name)};
  const auto signal = topic_of("answered");
  made.made_["hooks"][signal] = {
      {{"to", "approval"},
       {"conditions",
        {{"match", {{{"expected", from("t", "id")}, {"actual", "{$self.hook.data.id}"}}}}}}}};
  auto& hook = made.add("approval", "t", {{"type", "hook"}});
  hook["job"]["maps"]["n"] = "{$self.hook.data.n}";
  return {std::string{name}, app(name, {made}), 2, 2, 0, 1, signal};
}

} // namespace

workload chain_of(std::string_view name, std::size_t workers) {
  graph made{topic_of(name)};
  std::string behind = "t";
  for (std::size_t each = 1; each <= workers; ++each) {
    const auto id = fmt::format("w{}", each);
    auto& worker = made.call(id, behind);
    if (each == workers) graph::share(worker, "n");
    behind = id;
  }
  return {std::string{name}, app(name, {made}), workers + 1, workers + 1, workers, 1, {}};
}

workload nest_of(std::string_view name, std::size_t depth) {
  std::vector<graph> graphs;
  for (std::size_t each = 1; each <= depth; ++each) {
    graph made{each == 1 ? topic_of(name) : fmt::format(".{}.{}", name, each)};
    const auto id = fmt::format("w{}", each);
    made.made_["activities"] = {{fmt::format("t{}", each), {{"type", "trigger"}}}};
    const auto trigger = fmt::format("t{}", each);
    auto& inner = made.call(id, trigger);
    if (each < depth) {
      inner["type"] = "await";
      inner["topic"] = fmt::format(".{}.{}", name, each + 1);
    }
    graph::share(inner, "n");
    graphs.push_back(std::move(made));
  }
  return {std::string{name}, app(name, std::move(graphs)), 2 * depth, 2 * depth, 1, 1, {}};
}

std::string app_of(const workload& of) { return app_named(of.name); }

const std::vector<workload>& workloads() {
  static const std::vector<workload> all{chain_of("hello", 1),  chain_of("seq5", 5),
                                         fan_of("fan10", 10),   nest_of("nest5", 5),
                                         pass_of("pass20", 20), wait_of("wait")};
  return all;
}

json message(std::size_t number) {
  return {{"n", number % numbers}, {"id", number}, {"text", payload}};
}

bool is_right(const workload& of, std::size_t number, const json& output) {
  if (output.size() != of.outputs) return false;
  for (const auto& [name, value] : output.items())
    if (value != number % numbers + of.added) return false;
  return true;
}

reply add_one(call& asked) {
  return ok(
      {{"n", asked.data().at("n").get<std::size_t>() + 1}, {"text", asked.data().at("text")}});
}

} // namespace quipu::bench
