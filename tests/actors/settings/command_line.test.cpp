#include "actors/settings/command_line.hpp"

#include "actors/settings/launch.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace quipu {

namespace {

struct reading {
  command_line words;
  findings faults;
};

reading read(std::vector<const char*> words) {
  reading made;
  words.insert(words.begin(), "bin/worker");
  made.words = command_line::read(static_cast<int>(words.size()), words.data(), made.faults);
  return made;
}

std::string faults_of(std::vector<const char*> words) {
  return errors_of(read(std::move(words)).faults);
}

} // namespace

TEST_CASE("a flag takes the next word or what stands behind =") {
  const auto made = read({"--config", "a.yaml", "--store=memory:", "--limits.payload.bytes", "2MiB",
                          "--deploy", "x.yaml", "--deploy=y.yaml", "--drain", "-1"});
  CHECK(errors_of(made.faults).empty());
  CHECK(made.words.program == "worker");
  CHECK(made.words.config == "a.yaml");
  CHECK(made.words.deploys == std::vector<std::string>{"x.yaml", "y.yaml"});
  REQUIRE(made.words.settings.size() == 3);
  CHECK(made.words.settings[0].which->key == "store");
  CHECK(made.words.settings[1].value == "2MiB");
  CHECK(made.words.settings[2].value == "-1");
}

TEST_CASE("--data DIR is short for --store lmdb:DIR") {
  const auto made = read({"--data", "/var/q"});
  CHECK(errors_of(made.faults).empty());
  REQUIRE(made.words.settings.size() == 1);
  CHECK(made.words.settings[0].which->key == "store");
  CHECK(made.words.settings[0].value == "lmdb:/var/q");
  CHECK(faults_of({"--data"}) == "--data: error: wants a value: --data DIR");
  CHECK(faults_of({"--data", "/var/q", "--store", "memory:"}) ==
        "--store: error: says what --data says already: one of them would be right");
  CHECK(faults_of({"--dtaa", "/var/q"}) ==
        "--dtaa: error: there is no such flag; did you mean \"data\"?");
}

TEST_CASE("every bad flag is told, each with its name") {
  CHECK(faults_of({"--stoer", "memory:", "serve", "--drain", "--help=yes", "--config", "a",
                   "--config", "b", "--deploy"}) ==
        "--stoer: error: there is no such flag; did you mean \"store\"?\n"
        "serve: error: is no flag, and a node takes nothing else; see --help\n"
        "--drain: error: wants a value: --drain TIME\n"
        "--help: error: takes no value\n"
        "--config: error: is there twice: a and b\n"
        "--deploy: error: wants a value: --deploy FILE");
}

TEST_CASE("help lists every setting with its default") {
  const auto help = help_of("worker", {});
  for (const auto& each : settings()) {
    INFO(each.key);
    const auto at = help.find("  " + flag_of(each) + " ");
    REQUIRE(at != help.npos);
  }
  CHECK(help.find("--limits.payload.bytes SIZE") != help.npos);
  CHECK(help.find("(1MiB)") != help.npos);
  CHECK(help.find("--durability sync|relaxed") != help.npos);
}

TEST_CASE("faults of flags, environment and file come together") {
  const std::vector<const char*> argv{"worker", "--config", "/nowhere.yaml", "--lease", "1ms"};
  const std::vector<const char*> environment{"QUIPU_THREADS=many", nullptr};
  const auto made = launch::read(static_cast<int>(argv.size()), argv.data(), environment.data());
  const auto told = errors_of(made.faults);
  CHECK(told.find("/nowhere.yaml: error: ") != told.npos);
  CHECK(told.find("QUIPU_THREADS: error: \"threads\" is a whole number, not \"many\"") !=
        told.npos);
  CHECK(told.find("--lease: error: lease is 1ms; 1s to 1h would be right") != told.npos);
}

TEST_CASE("QUIPU_CONFIG names the file, and --config another") {
  const std::vector<const char*> environment{"QUIPU_CONFIG=/one.yaml", nullptr};
  const std::vector<const char*> plain{"worker"};
  const std::vector<const char*> flagged{"worker", "--config", "/two.yaml"};
  const auto first = launch::read(1, plain.data(), environment.data());
  CHECK(errors_of(first.faults).starts_with("/one.yaml: error: "));
  const auto second = launch::read(3, flagged.data(), environment.data());
  CHECK(errors_of(second.faults).starts_with("/two.yaml: error: "));
}

} // namespace quipu
