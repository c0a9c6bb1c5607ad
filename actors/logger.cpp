#include "actors/logger.hpp"

#include "collation/utf8.hpp"

#include <quipu/json.hpp>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>

namespace quipu {

namespace {

constexpr std::array<const char*, 5> names{"node", "engine", "store", "worker", "control"};
static_assert(names.size() == static_cast<std::size_t>(component::control) + 1);

// The message and its fields are %v.
constexpr auto text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %-7n %v";
constexpr auto json_pattern =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","component":"%n",%v})";

spdlog::level::level_enum level_of(log_level level) {
  switch (level) {
  case log_level::trace: return spdlog::level::trace;
  case log_level::debug: return spdlog::level::debug;
  case log_level::info: return spdlog::level::info;
  case log_level::warning: return spdlog::level::warn;
  case log_level::error: return spdlog::level::err;
  default: return spdlog::level::off;
  }
}

/// Where a field ends must be seen: what has blanks or quotes in it is quoted.
std::string field(std::string_view text) {
  auto safe = escaped(text);
  if (safe.find_first_of(" \"=") == safe.npos) return safe;
  std::string quoted{"\""};
  for (const char c : safe) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string as_json(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

template <class Visit>
void each_field(const subject& about, Visit visit) {
  if (!about.job.empty()) visit("job", about.job);
  if (!about.activity.empty()) visit("activity", about.activity);
  if (!about.topic.empty()) visit("topic", about.topic);
}

std::string text_of(std::string_view message, const subject& about) {
  auto line = escaped(message);
  std::string_view space = "  ";
  each_field(about, [&](const char* name, std::string_view value) {
    line += fmt::format("{}{}={}", space, name, field(value));
    space = " ";
  });
  if (about.attributes != nullptr)
    for (const auto& [name, value] : about.attributes->items()) {
      line += fmt::format("{}{}={}", space, field(name),
                          field(value.is_string() ? value.get<std::string>() : as_json(value)));
      space = " ";
    }
  return line;
}

std::string json_of(std::string_view message, const subject& about) {
  auto line = "\"message\":" + as_json(message);
  each_field(about, [&](const char* name, std::string_view value) {
    line += fmt::format(",\"{}\":{}", name, as_json(value));
  });
  if (about.attributes != nullptr) line += ",\"attributes\":" + as_json(*about.attributes);
  return line;
}

} // namespace

logger::logger(const log_options& how)
    : logger(how, std::make_shared<spdlog::sinks::stderr_sink_mt>()) {}

logger::logger(const log_options& how, std::shared_ptr<spdlog::sinks::sink> to)
    : format_(how.format) {
  to->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      how.format == log_format::jsonl ? json_pattern : text_pattern,
      spdlog::pattern_time_type::utc));
  const std::array levels{how.node, how.engine, how.store, how.worker, how.control};
  for (std::size_t each = 0; each < names.size(); ++each) {
    by_component_[each] = std::make_shared<spdlog::logger>(names[each], to);
    by_component_[each]->set_level(
        level_of(levels[each] == log_level::inherit ? how.level : levels[each]));
    by_component_[each]->flush_on(spdlog::level::trace);
  }
}

logger::~logger() = default;

bool logger::says(component who, log_level level) const noexcept {
  return by_component_[static_cast<std::size_t>(who)]->should_log(level_of(level));
}

void logger::say(component who, log_level level, std::string_view message,
                 const subject& about) const {
  if (!says(who, level)) return;
  const auto line =
      format_ == log_format::jsonl ? json_of(message, about) : text_of(message, about);
  by_component_[static_cast<std::size_t>(who)]->log(level_of(level), spdlog::string_view_t{line});
}

} // namespace quipu
