#pragma once

#include <quipu/json.hpp>
#include <quipu/options.hpp>

#include <spdlog/fwd.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace quipu {

/// Who says something: each has a level of its own.
enum class component : std::uint8_t { node, engine, store, worker, control };

/// What a log line is about. Empty: not said.
struct subject {
  std::string_view job;
  std::string_view activity;
  std::string_view topic;
  const json* attributes = nullptr; ///< `telemetry`: a field of its own each, behind the others
};

/// What a node says, a line each:
///
///     2026-03-01T09:30:00.123Z warning engine  no such definition  job=o-1
///     {"time":"2026-03-01T09:30:00.123Z","level":"warning","component":"engine","message":"...","job":"o-1"}
///
/// Attributes are fields behind these; in JSON they stand together under "attributes". Ids, messages and data are other people's words: in text they are escaped, in JSON they are
/// strings of ASCII. Any thread.
class logger {
public:
  /// To stderr.
  explicit logger(const log_options& how);
  logger(const log_options& how, std::shared_ptr<spdlog::sinks::sink> to);
  ~logger();
  logger(const logger&) = delete;
  logger& operator=(const logger&) = delete;

  [[nodiscard]] bool says(component who, log_level level) const noexcept;
  void say(component who, log_level level, std::string_view message,
           const subject& about = {}) const;

private:
  log_format format_;
  std::array<std::shared_ptr<spdlog::logger>, 5> by_component_;
};

} // namespace quipu
