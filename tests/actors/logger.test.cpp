#include "actors/logger.hpp"

#include <quipu/json.hpp>

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace quipu {

namespace {

struct written {
  std::ostringstream text;
  std::shared_ptr<spdlog::sinks::sink> sink =
      std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
};

const std::string hostile = "a\x1b]0;owned\x07\nb\tc \x7f\xc2\x9b\xe2\x80\xae\xff\"='";

} // namespace

TEST_CASE("a line of JSON parses, and has job and activity as fields") {
  written to;
  const logger log{{.format = log_format::jsonl}, to.sink};
  log.say(component::engine, log_level::warning, "it \"stands\"\n",
          {.job = hostile, .activity = "pay"});
  const auto line = to.text.str();
  CHECK(line.find('\n') == line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) CHECK((c >= ' ' && c < 0x7f));
  const auto said = json::parse(line);
  CHECK(said["level"] == "warning");
  CHECK(said["component"] == "engine");
  CHECK(said["message"] == "it \"stands\"\n");
  CHECK(said["activity"] == "pay");
  CHECK(said["job"].get<std::string>().starts_with("a\x1b]0;owned"));
  CHECK_FALSE(said.contains("topic"));
  CHECK(said["time"].get<std::string>().size() == std::string{"2026-03-01T09:30:00.123Z"}.size());
}

TEST_CASE(
    "a line of text is one line without control characters, and its fields end where they end") {
  written to;
  const logger log{{}, to.sink};
  log.say(component::worker, log_level::error, hostile,
          {.job = "o 1 level=error", .topic = "work.x"});
  log.say(component::worker, log_level::info, "plain", {.job = hostile});
  const auto text = to.text.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(text.find("\\x1b]0;owned\\x07\\nb\\tc \\x7f\\x9b\\u202e\\xff") != text.npos);
  for (const unsigned char c : text) CHECK((c == '\n' || (c >= ' ' && c != 0x7f)));
  CHECK(text.find("\xe2\x80\xae") == text.npos);
  CHECK(text.find("job=\"o 1 level=error\" topic=work.x\n") != text.npos);
  CHECK(text.find("error   worker  ") != text.npos);
}

TEST_CASE("attributes are fields behind the others, whatever they are called") {
  const json attributes{{"region", "e u"}, {"level error", 1}, {"list", {1, hostile}}};
  const subject about{.job = "o-1", .attributes = &attributes};
  written text;
  logger{{}, text.sink}.say(component::engine, log_level::info, "has settled", about);
  CHECK(text.text.str().find("  job=o-1 region=\"e u\" \"level error\"=1 list=\"[1,") !=
        std::string::npos);
  for (const unsigned char c : text.text.str()) CHECK((c == '\n' || (c >= ' ' && c < 0x7f)));
  written lines;
  logger{{.format = log_format::jsonl}, lines.sink}.say(component::engine, log_level::info,
                                                        "has settled", about);
  const auto said = json::parse(lines.text.str());
  CHECK(said["job"] == "o-1");
  CHECK(said["attributes"]["region"] == "e u");
  CHECK(said["attributes"]["level error"] == 1);
}

TEST_CASE("each component has a level of its own, or that of all") {
  written to;
  const logger log{
      {.level = log_level::warning, .engine = log_level::debug, .store = log_level::off}, to.sink};
  log.say(component::node, log_level::info, "node");
  log.say(component::engine, log_level::debug, "engine");
  log.say(component::engine, log_level::trace, "too much");
  log.say(component::store, log_level::error, "store");
  log.say(component::control, log_level::warning, "control");
  const auto text = to.text.str();
  CHECK(text.find(" node\n") == text.npos);
  CHECK(text.find("engine\n") != text.npos);
  CHECK(text.find("too much") == text.npos);
  CHECK(text.find("store\n") == text.npos);
  CHECK(text.find("control\n") != text.npos);
}

} // namespace quipu
