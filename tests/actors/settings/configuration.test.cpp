#include "actors/settings/configuration.hpp"

#include "actors/settings/amount.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace quipu {

namespace {

/// Every fault of a file, a line each.
std::string faults_of(const std::string& text) {
  findings faults;
  configuration made;
  made.read_text(text, "node.yaml", faults);
  made.check(faults);
  return errors_of(faults);
}

/// The file in which only this setting is said, and the place of its value.
std::pair<std::string, std::string> file_with(const setting& which, const std::string& value) {
  std::string text;
  std::string rest{which.key};
  int line = 1;
  std::size_t indent = 0;
  for (std::size_t dot = 0; (dot = rest.find('.')) != rest.npos; ++line, indent += 2) {
    text += std::string(indent, ' ') + rest.substr(0, dot) + ":\n";
    rest.erase(0, dot + 1);
  }
  text += std::string(indent, ' ') + rest + ": ";
  const auto column = indent + rest.size() + 3;
  return {text + value + "\n", fmt::format("node.yaml:{}:{}: error: ", line, column)};
}

/// The value of a setting after a file, an environment and a flag have said it. Empty: not said.
std::string found(const setting& which, const std::string& file, const std::string& variable,
                  const std::string& flag) {
  findings faults;
  configuration made;
  if (!file.empty()) made.read_text(file_with(which, file).first, "node.yaml", faults);
  const auto entry = variable_of(which) + "=" + variable;
  const std::array<const char*, 2> environment{entry.c_str(), nullptr};
  if (!variable.empty()) made.read_environment(environment.data(), faults);
  if (!flag.empty()) made.say(which, flag, somewhere(flag_of(which)), faults);
  CHECK(errors_of(faults).empty());
  return show(which, which.get(made.options()));
}

/// Values that a setting may have and that are not its default.
std::array<std::string, 3> others(const setting& which) {
  switch (which.is) {
  case setting::type::text: return {"lmdb:./a", "lmdb:./b", "lmdb:./c"};
  case setting::type::truth: return {"false", "true", "false"};
  case setting::type::choice: {
    const auto& all = which.choices;
    return {std::string{all.back()}, std::string{all.front()}, std::string{all[1]}};
  }
  default: return {show(which, which.most), show(which, which.least), show(which, which.most)};
  }
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("a flag wins over the environment, that over the file, that over the default") {
  for (const auto& each : settings()) {
    INFO(each.key);
    const auto [file, variable, flag] = others(each);
    const auto usual = show(each, each.get(node_options{}));
    CHECK(found(each, "", "", "") == usual);
    CHECK(found(each, file, "", "") == file);
    CHECK(found(each, file, variable, "") == variable);
    CHECK(found(each, file, variable, flag) == flag);
    CHECK(found(each, "", variable, "") == variable);
    CHECK(found(each, file, "", flag) == flag);
  }
}

TEST_CASE("a value of the wrong type is refused at its place, for every setting") {
  for (const auto& each : settings()) {
    for (const std::string wrong : {"[1]", "{a: 1}", "null", "yes please"}) {
      if (each.is == setting::type::text && wrong == "yes please") continue;
      const auto [text, place] = file_with(each, wrong);
      INFO(text);
      CHECK(faults_of(text).starts_with(place));
    }
    const auto [text, place] = file_with(
        each, each.is == setting::type::truth || each.is == setting::type::count ? "'1'" : "true");
    INFO(text);
    CHECK(faults_of(text).starts_with(place));
  }
}

TEST_CASE("a number is taken at its bounds and refused beyond them, for every setting") {
  for (const auto& each : settings()) {
    if (each.is != setting::type::count && each.is != setting::type::size &&
        each.is != setting::type::duration)
      continue;
    const auto written = [&](std::int64_t number) {
      return each.is == setting::type::duration ? fmt::format("{}ms", number)
                                                : std::to_string(number);
    };
    for (const auto fits : {each.least, each.most}) {
      findings faults;
      configuration made;
      made.read_text(file_with(each, written(fits)).first, "node.yaml", faults);
      INFO(each.key);
      CHECK(errors_of(faults).empty());
      CHECK(each.get(made.options()) == amount{fits});
    }
    for (const auto beyond : {each.least - 1, each.most + 1}) {
      const auto [text, place] = file_with(each, written(beyond));
      INFO(text);
      const auto told = faults_of(text);
      CHECK(told.starts_with(place));
      if (beyond >= 0) {
        CHECK(told.find(std::string{each.key} + " is ") != told.npos);
        CHECK(told.find(show(each, each.least) + " to " + show(each, each.most)) != told.npos);
      }
    }
  }
}

TEST_CASE("an unknown key is refused at its place, and the nearest known one is offered") {
  CHECK(
      faults_of("durabilty: sync\n") ==
      "node.yaml:1:1: error: unknown key \"durabilty\"; did you mean \"durability\"?; known here: "
      "store, durability, history, listen, threads, engines, lease, drain, stats, limits, log");
  CHECK(
      faults_of("limits:\n  payload:\n    byte: 1\n") ==
      "node.yaml:3:5: error: unknown key \"byte\" in \"limits.payload\"; did you mean \"bytes\"?; "
      "known here: bytes");
  CHECK(faults_of("limits.payload.bytes: 1MiB\n").find(":1:1: error: unknown key") !=
        std::string::npos);
  CHECK(faults_of("limits: 7\n") == "node.yaml:1:9: error: \"limits\" is a mapping of keys to "
                                    "values; known here: payload, id, definition, mapper, commit, "
                                    "history, starts, jobs, store, control");
  CHECK(faults_of("store: 'memory:'\nstore: 'memory:'\n").find(":2:1: error: ") !=
        std::string::npos);
}

TEST_CASE("an empty file, and sections whose keys are all comments, say nothing") {
  CHECK(faults_of("").empty());
  CHECK(faults_of("# nothing\n").empty());
  CHECK(faults_of("limits:\n  # payload:\n").empty());
}

TEST_CASE("all faults of a file are told, not only the first") {
  CHECK(
      faults_of("history: ful\nlease: 5x\ndrain: -1\nlog: {level: loud}\n") ==
      "node.yaml:1:10: error: \"history\" is one of full, digits, off, not \"ful\"; did you mean "
      "\"full\"?\n"
      "node.yaml:2:8: error: \"5x\" is not a duration: there is no unit \"x\"; a number of seconds "
      "or one like 250ms, 5s, 1h30m, 2d would be right, in w d h m s ms\n"
      "node.yaml:3:8: error: drain is -1s; 0s to 1d would be right\n"
      "node.yaml:4:14: error: \"log.level\" is one of trace, debug, info, warning, error, off, not "
      "\"loud\"");
}

TEST_CASE("what does not go together is refused at the place where it was said") {
  CHECK(faults_of("durability: sync\nstore: 'memory:'\n")
            .starts_with("node.yaml:1:13: error: durability is sync"));
  CHECK(faults_of("durability: relaxed\nstore: 'memory:'\n").empty());
  CHECK(faults_of("store: 'memory:'\nlisten: true\n")
            .starts_with("node.yaml:2:9: error: listen is true"));
  CHECK(faults_of("store: 'memory:'\n").empty());
  CHECK(faults_of("store: 'redis:x'\n") == "node.yaml:1:8: error: there is no store \"redis:x\"; "
                                           "lmdb:DIR, redis://HOST:PORT, redis+unix:///PATH or "
                                           "memory: would be right");
  CHECK(faults_of("store: 'redis://localhost'\n").empty());
  CHECK(faults_of("store: 'rediss://localhost'\n").find("TLS is not there yet") !=
        std::string::npos);
  CHECK(faults_of("store: 'redis://me:secret@localhost'\n").find("secret") == std::string::npos);
  CHECK(faults_of("store: 'redis://me:secret@localhost'\n").find("QUIPU_REDIS_PASSWORD_FILE") !=
        std::string::npos);
  CHECK(faults_of("store: 'redis://localhost'\ndurability: sync\n")
            .starts_with("node.yaml:2:13: error: durability is said"));
  CHECK(faults_of("store: 'lmdb:'\n").starts_with("node.yaml:1:8: error: "));
  CHECK(faults_of("limits: {payload: {bytes: 17MiB}}\n")
            .starts_with("node.yaml:1:27: error: limits.control.bytes is 16MiB and "
                         "limits.payload.bytes is 17MiB"));
  CHECK(faults_of("limits: {payload: {bytes: 17MiB}, control: {bytes: 17MiB}}\n").empty());
}

TEST_CASE("a variable that is nearly a setting is refused; one that is far from all is told") {
  const std::array<const char*, 6> environment{"QUIPU_LIMITS_PAYLOAD_BYTE=1",
                                               "QUIPU_SERVICE_HOST=1",
                                               "HOME=/",
                                               "QUIPU_CONFIG=x",
                                               "QUIPU_DRAIN=soon",
                                               nullptr};
  findings faults;
  configuration made;
  made.read_environment(environment.data(), faults);
  REQUIRE(faults.all().size() == 3);
  CHECK(to_string(faults.all()[0]) == "QUIPU_LIMITS_PAYLOAD_BYTE: error: there is no such setting; "
                                      "did you mean QUIPU_LIMITS_PAYLOAD_BYTES?");
  CHECK(to_string(faults.all()[1]) ==
        "QUIPU_SERVICE_HOST: warning: there is no such setting; ignored");
  CHECK(to_string(faults.all()[2]).starts_with("QUIPU_DRAIN: error: \"soon\" is not a duration"));
}

TEST_CASE("options that a program makes are checked as those of a file") {
  node_options options;
  options.lease = std::chrono::milliseconds{5};
  options.store = "nowhere";
  findings faults;
  configuration{options}.check(faults);
  const auto told = errors_of(faults);
  CHECK(told.find("node_options: error: lease is 5ms; 1s to 1h would be right") != told.npos);
  CHECK(told.find("there is no store \"nowhere\"") != told.npos);
}

TEST_CASE("the reference file is what is printed of the table, and reads as the defaults") {
  const auto file = std::filesystem::path{QUIPU_SOURCE_DIR} / "configs/node.reference.yaml";
  const auto text = read(file);
  CHECK(text == configuration{}.print());
  findings faults;
  configuration made;
  made.read_file(file, faults);
  CHECK(errors_of(faults).empty());
  for (const auto& each : settings()) {
    INFO(each.key);
    CHECK(each.get(made.options()) == each.get(node_options{}));
    CHECK(text.find(variable_of(each)) != text.npos);
    CHECK(!each.doc.empty());
  }
}

TEST_CASE("what is printed reads as what it was, whatever a text has in it") {
  for (const std::string store :
       {"memory:", "lmdb:./a b", "lmdb:#1", "lmdb:\x1b\n\"q\"", "lmdb:\xc3\xa9"}) {
    node_options options;
    options.store = store;
    findings faults;
    configuration made;
    made.read_text(configuration{options}.print(), "printed", faults);
    INFO(store);
    CHECK(errors_of(faults).empty());
    CHECK(made.options().store == store);
  }
}

TEST_CASE("keys are different, and so are their variables") {
  std::set<std::string> variables;
  for (const auto& each : settings()) CHECK(variables.insert(variable_of(each)).second);
}

TEST_CASE("a file that cannot be read is a fault that names it") {
  findings faults;
  configuration made;
  faults.error(somewhere("--x"), "something before it");
  made.read_file("/nowhere/node.yaml", faults);
  REQUIRE(faults.all().size() == 2);
  CHECK(to_string(faults.all()[1]).starts_with("/nowhere/node.yaml: error: "));
}

} // namespace quipu
