#include "flows/definition.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

using namespace quipu;
using namespace std::chrono_literals;

namespace {

std::optional<definition> read(const std::string& text, findings& faults,
                               const read_limits& limits = {}) {
  const auto root = read_text(text, "x.yaml", faults);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  REQUIRE(root.ok());
  auto made = read_definition(*root, faults, limits);
  for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
  return made;
}

definition read(const std::string& text) {
  findings faults;
  auto made = read(text, faults);
  REQUIRE(made);
  CHECK(faults.all().empty());
  return std::move(*made);
}

/// An app of one graph: `t`, a trigger, and `a`, below it.
std::string app_with(const std::string& a) {
  return "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one.two\n      activities:\n"
         "        t: {type: trigger}\n        a: " +
         a + "\n      transitions: {t: [{to: a}]}\n";
}

definition::activity activity(const std::string& a) {
  return read(app_with(a)).graphs.at(0).activities.at(1);
}

std::vector<std::string> faults_of(const std::string& text) {
  findings faults;
  CHECK_FALSE(read(text, faults));
  std::vector<std::string> told;
  for (const auto& each : faults.all())
    told.push_back(fmt::format("{}:{}", each.at.line, each.at.column));
  return told;
}

constexpr auto whole = R"(
app:
  id: my-app-2
  version: '1.0'
  schemas: warn
  graphs:
    - subscribes: order.placed
      publishes: order.done
      expire: 2h
      persistent: '{t.output.data.keep}'
      input: {schema: {type: object}}
      output: {schema: true}
      hooks:
        order.approved:
          - to: approval
            conditions: {match: []}
          - {to: nap}
      activities:
        nap: {type: hook, sleep: 1h30m, cycle: true}
        t:
          type: trigger
          title: Start
          stats:
            id: '{$self.output.data.id}'
            key: '{$self.output.data.region}'
            granularity: 5m
            measures: [{measure: count}, {measure: index, target: '{$self.output.data.region}'}]
          job: {maps: {id: '{$self.output.data.id}'}, '409': {maps: {twice: true}}}
        approval: {type: hook, hook: {schema: {type: object}}, telemetry: {who: me}, emit: true}
        again: {type: cycle, ancestor: nap, input: {maps: {n: 1}}}
        all:
          type: signal
          subtype: all
          topic: some.hook
          key_name: region
          key_value: '{t.output.data.region}'
          signal: {maps: {x: 1}}
          code: 202
          scrub: true
        end: {type: interrupt, target: '{t.output.data.other}', reason: why, code: 499, throw: false, descend: true}
      transitions:
        nap: [{to: again}]
        t:
          - to: nap
          - to: approval
            conditions: {code: [200, 201], gate: or, match: []}
        approval: [{to: all}, {to: end}]
    - subscribes: .private
      activities: {pt: {type: trigger}}
)";

} // namespace

TEST_CASE("a definition keeps what was written, in its order") {
  const auto app = read(whole);
  CHECK(app.id == "my-app-2");
  CHECK(app.version == "1.0");
  CHECK(app.schemas == definition::schema_mode::warn);
  CHECK(app.at.line == 2);
  REQUIRE(app.graphs.size() == 2);
  const auto& graph = app.graphs[0];
  CHECK(graph.subscribes == "order.placed");
  CHECK(graph.publishes == "order.done");
  CHECK(graph.expire->text() == "2h");
  CHECK(graph.persistent->at.line == 10);
  CHECK(to_json(*graph.input_schema).dump() == R"({"type":"object"})");
  CHECK(graph.output_schema->scalar == json(true));
  CHECK(app.graphs[1].subscribes == ".private");
  CHECK_FALSE(app.graphs[1].publishes);

  std::vector<std::string> ids;
  for (const auto& each : graph.activities) ids.push_back(each.id);
  CHECK(ids == std::vector<std::string>{"nap", "t", "approval", "again", "all", "end"});
  CHECK(graph.trigger == 1);
  CHECK(graph.activities[0].at.line == 19);
  CHECK(graph.activities[0].at.column == 9);
}

TEST_CASE("edges lead from parents to children, children in the order of their edges") {
  const auto graph = read(whole).graphs[0];
  REQUIRE(graph.edges.size() == 5);
  const auto& t = graph.activities[1];
  CHECK_FALSE(t.parent);
  REQUIRE(t.edges.size() == 2);
  CHECK(graph.edges[t.edges[0]].to == 0);
  CHECK(graph.edges[t.edges[1]].to == 2);
  CHECK(graph.edges[t.edges[1]].from == 1);
  CHECK(graph.edges[t.edges[1]].conditions->find("gate")->text() == "or");
  CHECK_FALSE(graph.edges[t.edges[0]].conditions);
  CHECK(graph.activities[2].parent == std::size_t{1});
  CHECK(graph.activities[5].parent == std::size_t{2});
}

TEST_CASE("rules are told topic by topic") {
  const auto rules = read(whole).graphs[0].rules;
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].topic == "order.approved");
  CHECK(rules[0].to == 2);
  CHECK(rules[0].conditions);
  CHECK(rules[1].to == 0);
  CHECK_FALSE(rules[1].conditions);
}

TEST_CASE("literals of an activity are typed, mappings stay trees") {
  const auto graph = read(whole).graphs[0];
  CHECK(graph.activities[0].cycle);
  CHECK(graph.activities[3].ancestor == std::size_t{0});
  CHECK(graph.activities[4].signal_all);
  CHECK(graph.activities[4].kind == activity_kind::signal);
  const auto* maps = graph.activities[3].find({"input", "maps"});
  REQUIRE(maps != nullptr);
  CHECK(maps->find("n")->scalar == json(1));
  CHECK(graph.activities[3].find({"input", "schema"}) == nullptr);
  CHECK(graph.activities[1].find({"job", "409", "maps", "twice"}) != nullptr);
  CHECK(activity("{type: hook, statusThreshold: 3}").status_threshold == 3);
}

TEST_CASE("a timeout is a duration or seconds") {
  CHECK(activity("{type: worker, topic: x, timeout: 1m30s}").timeout == 90s);
  CHECK(activity("{type: worker, topic: x, timeout: 1.5}").timeout == 1500ms);
  CHECK_FALSE(activity("{type: worker, topic: x}").timeout);
}

TEST_CASE("retry by code: attempts and a wait, or doubling waits") {
  const auto retry =
      activity("{type: worker, topic: x, retry: {'503': [4, 5s], '404': [3, x], 500: [2]}}").retry;
  REQUIRE(retry);
  CHECK_FALSE(retry->any);
  REQUIRE(retry->by_code.size() == 3);
  CHECK(retry->by_code[0].first == 503);
  CHECK(retry->by_code[0].second.attempts == 4);
  CHECK(retry->by_code[0].second.initial == 5s);
  CHECK(retry->by_code[0].second.factor == 1);
  CHECK(retry->by_code[0].second.max == 5s);
  CHECK(retry->by_code[1].second.initial == 1s);
  CHECK(retry->by_code[1].second.factor == 2);
  CHECK(retry->by_code[1].second.max == 60s);
  CHECK(retry->by_code[2].second.initial == 1s);
  CHECK(retry->by_code[2].second.factor == 1);
}

TEST_CASE("retry as a policy: 1, 2, 4 ... s up to 60 s where it says nothing") {
  const auto plain = activity("{type: worker, topic: x, retry: {attempts: 3}}").retry;
  REQUIRE(plain);
  REQUIRE(plain->any);
  CHECK(plain->any->attempts == 3);
  CHECK(plain->any->initial == 1s);
  CHECK(plain->any->factor == 2);
  CHECK(plain->any->max == 60s);
  const auto all =
      activity("{type: worker, topic: x, retry: {attempts: 4, initial: 10, factor: 1.5, max: 30s}}")
          .retry;
  REQUIRE(all);
  CHECK(all->any->initial == 10s);
  CHECK(all->any->factor == 1.5);
  CHECK(all->any->max == 30s);
}

TEST_CASE("where the language allows a mapping, a reference and a pipe will do") {
  for (const auto* value : {"'{t.output.data.x}'", "{'@pipe': [[1]]}"}) {
    for (const auto* key : {"sleep", "emit", "persist", "topic"})
      activity(fmt::format("{{type: hook, {}: {}}}", key, value));
  }
  activity("{type: hook, sleep: null}");
  activity("{type: hook, sleep: -1}");
}

TEST_CASE("a mapping is not taken where only a literal is") {
  CHECK(faults_of(app_with("{type: worker, topic: x, timeout: '{t.output.data.x}'}")).size() == 1);
  CHECK(faults_of(app_with("{type: hook, cycle: '{t.output.data.x}'}")).size() == 1);
  CHECK(faults_of(app_with("{type: hook, emit: {a: 1}}")).size() == 1);
}

TEST_CASE("what is known without effect is a warning") {
  findings faults;
  auto text = app_with("{type: signal, topic: x, status: success}");
  text.replace(text.find("  graphs"), 0, "  settings: {a: 1}\n");
  CHECK(read(text, faults));
  REQUIRE(faults.all().size() == 2);
  CHECK_FALSE(faults.failed());
  CHECK(faults.all()[0].message.find("settings") != std::string::npos);
  CHECK(faults.all()[1].message.find("status") != std::string::npos);
}

TEST_CASE("what every type may say is warned of where it changes nothing") {
  const auto warning = [](const std::string& text) {
    findings faults;
    CHECK(read(text, faults));
    CHECK_FALSE(faults.failed());
    REQUIRE(faults.all().size() == 1);
    const auto& only = faults.all()[0];
    return fmt::format("{}:{} {}", only.at.line, only.at.column, only.message);
  };
  CHECK(warning(app_with("{type: worker, topic: x, retry: {'200': [2]}}")).find("8:45 \"200\"") ==
        0);
  auto text = app_with("{type: hook}");
  const auto says = [&text](const std::string& more) {
    auto with = text;
    return with.replace(with.find("trigger}"), 8, "trigger, " + more + "}");
  };
  CHECK(warning(says("statusThreshold: 2")).find("\"statusThreshold\"") != std::string::npos);
  CHECK(warning(says("input: {maps: {a: 1}}")).find("\"maps\" in \"input\"") != std::string::npos);
}

TEST_CASE("all faults are told in one go") {
  const auto told = faults_of(
      "app:\n  id: x y\n  version: 1\n  graphs:\n    - subscribes: one\n      activities:\n"
      "        t: {type: trigger}\n        a: {type: hoook}\n        b: {type: hook, zzz: 1}\n");
  CHECK(told == std::vector<std::string>{"2:7", "3:12", "8:19", "9:25", "8:9", "9:9"});
}

TEST_CASE("a mistyped type of an activity is no fault of what is below it") {
  const auto text =
      "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n      activities:\n"
      "        t: {type: trigger}\n        a: {type: hoook}\n        b: {type: hook}\n"
      "      transitions: {t: [{to: a}], a: [{to: b}]}\n";
  CHECK(faults_of(text) == std::vector<std::string>{"8:19"});
}

TEST_CASE("where an edge begins nowhere, its end is not told as unreachable too") {
  const auto text =
      "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n      activities:\n"
      "        t: {type: trigger}\n        a: {type: hook}\n        b: {type: hook}\n"
      "      transitions: {t: [{to: a}], aa: [{to: b}]}\n";
  CHECK(faults_of(text) == std::vector<std::string>{"10:35"});
}

TEST_CASE("of a chain that cannot be reached only the first is told, wherever it is written") {
  const auto text =
      "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n      activities:\n"
      "        second: {type: hook}\n        first: {type: hook}\n        t: {type: trigger}\n"
      "      transitions: {first: [{to: second}]}\n";
  CHECK(faults_of(text) == std::vector<std::string>{"8:9"});
}

TEST_CASE("a graph has as many activities as the limit says") {
  std::string text =
      "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n      activities:\n"
      "        t: {type: trigger}\n";
  std::string edges = "      transitions:\n        t:\n";
  for (int i = 0; i < 9; ++i) {
    text += fmt::format("        a{}: {{type: hook}}\n", i);
    edges += fmt::format("          - to: a{}\n", i);
  }
  findings faults;
  CHECK(read(text + edges, faults, {.activities = 10}));
  CHECK_FALSE(read(text + edges, faults, {.activities = 9}));
  CHECK(faults.all().back().message.find("limits.definition.activities") != std::string::npos);
  CHECK(faults.all().back().at.line == 6);
}

TEST_CASE("an await finds the flows of its app, also those behind it and its own") {
  read("app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n      activities:\n       "
       " t: {type: trigger}\n"
       "        a: {type: await, topic: two}\n        b: {type: await, topic: one}\n"
       "        c: {type: await, topic: '{t.output.data.x}'}\n"
       "      transitions: {t: [{to: a}, {to: b}, {to: c}]}\n"
       "    - {subscribes: two, activities: {u: {type: trigger}}}\n");
  findings faults;
  CHECK_FALSE(read(app_with("{type: await, topic: one.too}"), faults));
  CHECK(faults.all().at(0).message.find("did you mean \"one.two\"?") != std::string::npos);
}

TEST_CASE("hostile apps are refused in time") {
  std::string text =
      "app:\n  id: x\n  version: '1'\n  graphs:\n    - subscribes: one\n      activities:\n"
      "        t: {type: trigger}\n";
  std::string edges = "      transitions:\n";
  for (int i = 0; i < 9'000; ++i) {
    text += fmt::format("        activity{}: {{type: hook}}\n", i);
    edges += fmt::format("        missing{}: [{{to: activitty{}}}]\n", i, i);
  }
  findings faults;
  const auto root = read_text(text + edges, "x.yaml", faults);
  REQUIRE(root.ok());
  CHECK_FALSE(read_definition(*root, faults));
  CHECK(faults.all().size() == 27'000);
}
