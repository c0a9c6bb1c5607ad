#pragma once

#include <quipu/history.hpp>
#include <quipu/json.hpp>
#include <quipu/result.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quipu {

/// Why a job failed: the uncaught error, or the interrupt that ended it.
struct job_error {
  int code = 500;
  std::string message;
  std::string activity; ///< where it came from; empty: from outside
  json data;
};

/// How a job ended.
struct ending {
  std::string job;
  std::string state; ///< "completed", "failed", "interrupted"
  json data = json::object();
  std::optional<job_error> error;
};

/// A job as it stands in the ledger.
struct job_info {
  std::string id;
  std::string app;
  std::string version;
  std::string topic;
  std::string state;     ///< "running", or how it ended
  std::string key;       ///< a digit an activity, in plan order
  std::string composite; ///< the key with awaited flows in brackets
  json data = json::object();
  std::optional<job_error> error;
  std::chrono::system_clock::time_point created;
  std::optional<std::chrono::system_clock::time_point> ended;
  std::string parent;
  std::vector<std::string> children;
  std::map<std::string, std::vector<std::string>>
      passes; ///< open passes behind re-enterable activities
  json open = json::
      array(); ///< what each open digit waits for: activity, dimension, kind, attempt, since, due
  history_mode history = history_mode::full; ///< what `client::history` has of it
};

/// As JSON, the form that `quipu job --json` prints.
[[nodiscard]] json to_json(const job_info& what);
[[nodiscard]] json to_json(const ending& what);

struct job_query {
  std::string topic;
  std::string state;
  std::string after; ///< the cursor of the page before
  std::size_t most = 100;
};

struct job_list {
  struct row {
    std::string id;
    std::string app;
    std::string version;
    std::string topic;
    std::string state;
    std::chrono::system_clock::time_point created;
    std::optional<std::chrono::system_clock::time_point> ended;
  };
  std::vector<row> rows;
  std::string next; ///< cursor of the next page; empty: that was all
};

struct version_info {
  std::string app;
  std::string version;
  std::string hash;
  bool active = false;
};

struct publish_options {
  std::string id;  ///< empty: one is generated
  std::string app; ///< may be empty while one app is active
};

struct run_options {
  std::string id;
  std::string app;
  std::chrono::milliseconds timeout = std::chrono::minutes{1};
};

struct interrupt_options {
  std::string reason;
  int code = 410;
  bool throws = true;
  bool descend = false;
};

/// What a caller can do. Every verb blocks until the ledger has answered; refusals are values. Any thread may call; one
/// that serves a worker's call may too.
class client {
public:
  virtual ~client() = default;

  /// Starts a job; returns its id when the start is durable. 404 no such topic, 409 duplicate (the message names the
  /// first one's id), 413, 422, 429.
  virtual result<std::string> publish(const std::string& topic, json data,
                                      publish_options options = {}) = 0;
  /// Starts a job and waits for its end. 504: not ended yet, the job goes on.
  virtual result<ending> run(const std::string& topic, json data, run_options options = {}) = 0;
  /// Waits for the end of a job that was started earlier. 404, 504.
  virtual result<ending> wait(const std::string& job, std::chrono::milliseconds timeout) = 0;
  /// 404.
  virtual result<job_info> job(const std::string& id) = 0;
  /// Every record that is kept of a job, oldest first: see `job_info::history`. 404.
  virtual result<std::vector<json>> history(const std::string& id) = 0;
  virtual result<job_list> jobs(const job_query& which) = 0;
  /// Reads, checks and keeps a definition; `activate` makes new jobs take it. 422: every fault, a line each, with its place.
  virtual result<version_info> deploy(const std::string& file) = 0;
  virtual result<void> activate(const std::string& app, const std::string& version) = 0;
  virtual result<std::vector<version_info>> versions(const std::string& app = {}) = 0;
  /// A deployed version as it was written, `{app: {...}}` with its references followed; without a
  /// version the active one. 404.
  virtual result<json> definition(const std::string& app, const std::string& version = {}) = 0;
  /// Forgets an ended job. 404, 409.
  virtual result<void> scrub(const std::string& job) = 0;
};

} // namespace quipu
