/// Every limit: what is as large as it is taken, what is one larger is refused, and the refusal
/// names limit, value and setting.

#include "actors/leg_two.hpp"
#include "collation/nesting.hpp"
#include "tests/actors/conversation.hpp"

#include <quipu/node.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

namespace quipu {

namespace {

/// Larger than the smallest definition that may be asked for.
constexpr auto echoing = R"(app:
  id: limits
  version: '1'
  graphs:
    - subscribes: echo.wanted
      activities:
        t: {type: trigger}
        echo:
          type: worker
          topic: echo
          input: {maps: {text: '{t.output.data.text}', reply: '{t.output.data.reply}'}}
          job: {maps: {text: {'@pipe': [['{$self.output.data.text}', x], ['{@string.concat}']]}}}
      transitions: {t: [{to: echo}]}
    - subscribes: named.wanted
      activities:
        nt: {type: trigger, stats: {id: '{$self.output.data.id}'}}
    - subscribes: child.wanted
      activities:
        at: {type: trigger}
        below: {type: await, topic: named.wanted, input: {maps: {id: '{at.output.data.child}'}}}
      transitions: {at: [{to: below}]}
# A comment that makes it larger than the least that limits.definition.bytes may be. A comment that
# makes it larger than the least that limits.definition.bytes may be. A comment that makes it larger
# than the least that limits.definition.bytes may be. A comment that makes it larger than the least.
)";

/// An app file, gone with this.
class app_file {
public:
  explicit app_file(std::string_view text = echoing)
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("quipu-limits-{}.yaml", ::getpid())) {
    std::ofstream{path_} << text;
  }
  ~app_file() { std::filesystem::remove(path_); }
  app_file(const app_file&) = delete;
  app_file& operator=(const app_file&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

node_options limited(const std::function<void(node_limits&)>& change) {
  node_options made;
  made.store = "memory:";
  made.engines = 1;
  made.threads = 1;
  change(made.limits);
  return made;
}

/// Why a node with these limits does not deploy this app; empty: it does.
std::string deployed(std::string_view app, const std::function<void(node_limits&)>& change) {
  const app_file file{app};
  node one{limited(change)};
  REQUIRE(one.start());
  const auto done = one.client().deploy(file.path());
  return done ? "" : done.error().message;
}

/// What comes of a job in a node with these limits: "" when it completes, else why it was refused
/// or failed.
std::string run(const json& message, const std::function<void(node_limits&)>& change,
                const std::string& id = {}, const std::string& topic = "echo.wanted") {
  const app_file file;
  node one{limited(change)};
  one.serve("echo", [](call& asked) -> reply {
    return ok({{"text", asked.data().value("text", "")},
               {"long", std::string(asked.data().value("reply", std::size_t{0}), 'r')}});
  });
  REQUIRE(one.start());
  const auto version = one.client().deploy(file.path());
  REQUIRE(version);
  REQUIRE(one.client().activate(version->app, version->version));
  const auto end =
      one.client().run(topic, message, {.id = id, .app = {}, .timeout = std::chrono::minutes{1}});
  if (!end) return fmt::format("{} {}", status(end.error().code), end.error().message);
  return end->error ? fmt::format("{} {}", end->error->code, end->error->message) : "";
}

bool names(const std::string& why, std::string_view setting, std::size_t value) {
  UNSCOPED_INFO(why);
  return why.find(setting) != why.npos && why.find(std::to_string(value)) != why.npos;
}

/// The smallest limit at which nothing is refused, and what is said one below it.
std::pair<std::size_t, std::string> threshold(const std::function<std::string(std::size_t)>& at,
                                              std::size_t refused, std::size_t taken) {
  std::string why = at(refused);
  REQUIRE_FALSE(why.empty());
  REQUIRE(at(taken).empty());
  while (taken - refused > 1) {
    const auto middle = refused + (taken - refused) / 2;
    if (auto said = at(middle); said.empty()) {
      taken = middle;
    } else {
      refused = middle;
      why = std::move(said);
    }
  }
  return {taken, why};
}

} // namespace

TEST_CASE("a message is taken at limits.payload.bytes and refused one above it") {
  const json message{{"unread", std::string(2'000, 'x')}};
  const auto bytes = value{message}.packed().size();
  CHECK(run(message, [&](auto& of) { of.payload_bytes = bytes; }).empty());
  const auto why = run(message, [&](auto& of) { of.payload_bytes = bytes - 1; });
  CHECK(why.starts_with("413 "));
  CHECK(names(why, "limits.payload.bytes is", bytes - 1));
  CHECK(names(why, "has", bytes));
}

TEST_CASE("a reply is taken at limits.payload.bytes and refused one above it") {
  const json message{{"reply", 5'000}};
  const auto bytes = value{json{{"text", ""}, {"long", std::string(5'000, 'r')}}}.packed().size();
  CHECK(run(message, [&](auto& of) { of.payload_bytes = bytes; }).empty());
  const auto why = run(message, [&](auto& of) { of.payload_bytes = bytes - 1; });
  CHECK(why.starts_with("413 "));
  CHECK(names(why, "limits.payload.bytes is", bytes - 1));
}

TEST_CASE("a message and a reply may nest a thousand deep, and not one deeper") {
  const auto lists = [](std::size_t deep) {
    return json::parse(std::string(deep, '[') + std::string(deep, ']'));
  };
  const auto unlimited = [](node_limits&) {};
  CHECK(run({{"unread", lists(most_nested - 1)}}, unlimited).empty());
  CHECK(run({{"unread", lists(most_nested)}}, unlimited) ==
        "422 the message has lists and maps in each other, more than 1000 deep");
  const call_asked asked;
  CHECK(leg_two(asked, ok(lists(most_nested)), SIZE_MAX).code == 200);
  const auto refused = leg_two(asked, ok(lists(most_nested + 1)), SIZE_MAX);
  CHECK(refused.code == 500);
  CHECK((*refused.data)["message"].get<std::string>().ends_with("more than 1000 deep"));
}

TEST_CASE("an id is taken at limits.id.bytes and refused one above it, whoever gives it") {
  const std::string fits(40, 'i');
  const auto limit = [](auto& of) { of.id_bytes = 40; };
  CHECK(run(json::object(), limit, fits).empty());
  CHECK(names(run(json::object(), limit, fits + 'i'), "41 bytes; limits.id.bytes is", 40));
  CHECK(run({{"id", fits}}, limit, "", "named.wanted").empty());
  CHECK(names(run({{"id", fits + 'i'}}, limit, "", "named.wanted"), "41 bytes; limits.id.bytes is",
              40));
  CHECK(run({{"child", fits}}, limit, "p", "child.wanted").empty());
  CHECK(names(run({{"child", fits + 'i'}}, limit, "p", "child.wanted"),
              "41 bytes; limits.id.bytes is", 40));
}

TEST_CASE("an id that is not UTF-8 is refused") {
  const auto none = [](auto&) {};
  CHECK(run(json::object(), none, "\xc3\xbc").empty());
  CHECK(run(json::object(), none, "\xff\xfe").find("is UTF-8; \"\\xff\\xfe\" is not") !=
        std::string::npos);
}

TEST_CASE("a definition is taken at each of its limits and refused one below them") {
  const std::string_view app{echoing};
  CHECK(deployed(app, [&](auto& of) { of.definition_bytes = app.size(); }).empty());
  CHECK(names(deployed(app, [&](auto& of) { of.definition_bytes = app.size() - 1; }),
              "limits.definition.bytes", app.size() - 1));
  CHECK(deployed(app, [](auto& of) { of.definition_activities = 2; }).empty());
  CHECK(names(deployed(app, [](auto& of) { of.definition_activities = 1; }),
              "limits.definition.activities", 1));
  const auto [depth, deep] = threshold(
      [&](std::size_t limit) {
        return deployed(app, [&](auto& of) { of.definition_depth = limit; });
      },
      8, 64);
  CHECK(depth ==
        11); // app, graphs, its items, activities, echo, job, maps, text, @pipe, a row, its cells
  CHECK(names(deep, "limits.definition.depth", depth - 1));
  const auto aliased =
      std::string{app.substr(0, app.find("    - subscribes: named"))} +
      "    - subscribes: again\n      activities: {again: {type: trigger, stats: &s {id: x}}, "
      "b: {type: hook, telemetry: *s}}\n      transitions: {again: [{to: b}]}\n";
  const auto [aliases, many] = threshold(
      [&](std::size_t limit) {
        return deployed(aliased, [&](auto& of) { of.definition_aliases = limit; });
      },
      0, 100);
  CHECK(aliases == 2); // the map and its value
  CHECK(names(many, "limits.definition.aliases", aliases - 1));
}

TEST_CASE("a mapping is taken at its limits and is an error of its activity one below them") {
  constexpr std::size_t length = 300'000;
  const json message{{"text", std::string(length, 'x')}};
  const auto steps = threshold(
      [&](std::size_t limit) { return run(message, [&](auto& of) { of.mapper_steps = limit; }); },
      100, 100'000);
  CHECK(names(steps.second, "limits.mapper.steps", steps.first - 1));
  const auto bytes = threshold(
      [&](std::size_t limit) { return run(message, [&](auto& of) { of.mapper_bytes = limit; }); },
      1'024, 1 << 20);
  CHECK(bytes.first > length);
  CHECK(names(bytes.second, "limits.mapper.bytes", bytes.first - 1));
}

TEST_CASE("starts wait up to limits.starts, and one more is refused") {
  conversation with{echoing, 1, 2};
  with.begin();
  // Nothing has run yet: the engine has answered none of them.
  for (const std::string id : {"a", "b", "c"}) with.publish("echo.wanted", json::object(), id);
  with.run();
  CHECK(with.accepted.at("a").ok());
  CHECK(with.accepted.at("b").ok());
  REQUIRE_FALSE(with.accepted.at("c").ok());
  CHECK(with.accepted.at("c").error().code == fault::overloaded);
  CHECK(names(with.accepted.at("c").error().message, "2 starts wait already; limits.starts is", 2));
}

TEST_CASE("a node is refused whose options are out of bounds, all faults at once") {
  node_options options;
  options.store = "nowhere";
  options.limits.id_bytes = 256;
  node one{options};
  const auto started = one.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == fault::invalid);
  CHECK(started.error().message.find("limits.id.bytes is 256; 32 to 255 would be right") !=
        std::string::npos);
  CHECK(started.error().message.find("there is no store \"nowhere\"") != std::string::npos);
}

} // namespace quipu
