#pragma once

#include <quipu/figures.hpp>
#include <quipu/history.hpp>
#include <quipu/json.hpp>
#include <quipu/reply.hpp>
#include <quipu/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
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
  std::string from; ///< the failed job that it goes on from
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
[[nodiscard]] json to_json(const struct announcement& what);

/// Which jobs are listed; what is empty does not matter.
struct job_query {
  struct index_value {
    std::string name;  ///< what the target of the measure `index` ends in
    std::string value; ///< a text as it is, all else as JSON: `5` finds the number and the text
  };

  std::string app;
  std::string topic;
  std::string state;
  std::optional<index_value> index;
  /// Of a job that runs when it began, of one that has ended when it ended.
  std::optional<std::chrono::system_clock::time_point> from;
  std::optional<std::chrono::system_clock::time_point> before;
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
/// As `quipu jobs --json` prints it: times in ISO 8601, UTC.
[[nodiscard]] json to_json(const job_list::row& what);

struct stats_query {
  std::string topic;
  std::optional<std::string> key; ///< none: every key there is
  std::string app;                ///< may be empty while one app is active
  /// Every stretch of time that the range touches counts whole. The one stretch of
  /// `granularity: infinity` is shown only when `from` is not said.
  std::optional<std::chrono::system_clock::time_point> from;
  std::optional<std::chrono::system_clock::time_point> before;
};

/// The measures of the jobs that had one `stats.key`.
struct stats_info {
  struct stretch {
    std::optional<std::chrono::system_clock::time_point> from; ///< none: all time
    figures what;
  };

  std::string key;
  figures total;
  std::vector<stretch> stretches; ///< the oldest first
};

[[nodiscard]] json to_json(const stats_info& what);

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

/// What became of a signal that was accepted.
enum class reception : std::uint8_t {
  answered, ///< a hook that waits has it
  early,    ///< nobody waits for it yet: it is kept for the first who does
  repeated, ///< its id was accepted before: nothing has changed
};

[[nodiscard]] std::string_view name(reception what) noexcept;

struct signal_options {
  std::string id; ///< the same within the hour changes nothing; empty: every call is another
  std::string app;
};

struct complete_options {
  std::optional<std::uint32_t> dimension; ///< the activity's pass; none: the one that is pending
  std::string id; ///< the same within the hour changes nothing; empty: every call is another
};

struct interrupt_options {
  std::string reason; ///< the error's message; empty: "interrupted"
  int code = 410;
  bool throws = true;   ///< the end is an error, also to whoever awaits the job
  bool descend = false; ///< its awaited children too
};

struct retry_options {
  std::string id; ///< of the new job; empty: "ID~1", so that a second retry is refused
};

/// Something that a flow published: the end of a job, or what it emitted or persisted.
struct announcement {
  std::string id; ///< sorts as they were published
  std::chrono::system_clock::time_point at;
  std::string app;
  std::string topic;
  std::string job;
  json data; ///< {state, data, error?}
};

struct feed {
  std::vector<announcement> all;
  std::string next; ///< where to go on
};

struct subscribe_options {
  std::string after;    ///< the id of the last one that was seen; empty: from now on
  std::stop_token stop; ///< ends it, within half a second
};

/// What a caller can do. Every verb blocks until the ledger has answered; refusals are values. Any thread may call; one
/// that serves a worker's call may too. Of a node that does not run, or stops meanwhile: 503; what was accepted goes on
/// when one runs.
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
  /// Answers the hook that waits for it. 404 nobody waits for it any more, or no hook names the
  /// topic; 422.
  virtual result<reception> signal(const std::string& topic, json data,
                                   signal_options options = {}) = 0;
  /// Finishes a call that is pending, or says 202 once more. 404 it is not pending, 409 it has been
  /// answered.
  virtual result<void> complete(const std::string& job, const std::string& activity, reply with,
                                complete_options options = {}) = 0;
  /// Ends a job. 404, 409: it has ended.
  virtual result<void> interrupt(const std::string& job, interrupt_options options = {}) = 0;
  /// Starts a failed job again where it failed, as a new job, whose id is given. It has what the
  /// failed one had before the step that failed: what had settled is not done again, what was open
  /// goes on - calls are made again with the same input and the same idempotency keys, what was
  /// awaited is started again, hooks wait again. The failed job stays as it is. 404; 409: it has not
  /// failed, its history is not kept whole, or the new job's id is taken.
  virtual result<std::string> retry(const std::string& job, retry_options options = {}) = 0;
  /// Calls `take` with whatever is published on `topic`, in order, until it gives false or
  /// `options.stop` is requested; blocks meanwhile. Each comes at least once: who subscribes again with the last id goes on behind it,
  /// as long as it is kept, an hour.
  result<void> subscribe(const std::string& topic, const std::function<bool(announcement)>& take,
                         subscribe_options options = {});
  /// A page of what `subscribe` gives: what was published behind `after`, or else is, within
  /// `limit`. `after` as in `subscribe`, but for "oldest": from the oldest that is kept.
  virtual result<feed> listen(const std::string& topic, const std::string& after,
                              std::chrono::milliseconds limit) = 0;
  /// 404.
  virtual result<job_info> job(const std::string& id) = 0;
  /// Every record that is kept of a job, oldest first: see `job_info::history`. 404.
  virtual result<std::vector<json>> history(const std::string& id) = 0;
  /// A page of jobs: running ones first, the newest first. 400: no such cursor.
  virtual result<job_list> jobs(const job_query& which) = 0;
  /// What the jobs of a flow add up to, by key: the one that is asked for, also when no job had it,
  /// else all. 404: no flow at that topic is measured.
  virtual result<std::vector<stats_info>> stats(const stats_query& which) = 0;
  /// Reads and checks a definition, as `deploy`, and keeps nothing. 422: every fault, a line each,
  /// with its place.
  virtual result<version_info> validate(const std::string& file) = 0;
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
