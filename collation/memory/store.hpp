#pragma once

#include "collation/ledger.hpp"

#include <deque>
#include <map>
#include <set>
#include <tuple>

/// The memory ledger's rows and what the contract does to them: plain calls, one thread.
///
/// The order of everything is defined, so that other stores can be compared with it: fields and
/// obligations by name, jobs of a set by the order in which they began, lists by time.
namespace quipu::memory {

/// Due, arming number: timers of one instant keep the order of arming.
using timer_key = std::pair<std::int64_t, std::uint64_t>;

struct obligation {
  obligation_row row;
  bool answered = false;
  bool timed = false;       ///< its timer has not fired
  bool in_backlog = false;  ///< no worker has been told of it
  std::uint64_t number = 0; ///< in the order of arming; the place in timers, board and backlog
  std::string armed_by;     ///< names the write, hence the mail that a timer or a worker sends
};

/// The wait that a hook armed last: what lateness is remembered of.
struct last_wait {
  std::string obligation;
  std::vector<std::string> boards;
};

struct job {
  std::uint64_t number = 0;        ///< in the order of birth
  snapshot about;                  ///< without fields, obligations and mail
  std::deque<std::string> history; ///< those that are kept
  std::string checkpoint;          ///< what stands for the others
  std::map<std::string, std::string> fields;
  std::map<std::string, obligation> obligations;
  std::vector<mail> inbox;
  std::map<std::string, last_wait> hooks;
  std::vector<field> index;            ///< what `jobs` finds it by
  std::optional<std::uint64_t> queued; ///< its place in its owner's queue
  std::optional<std::uint64_t> ready;  ///< its place in the ready queue
  std::optional<timer_key> expiry;
};

struct timer {
  enum class kind { obligation, expiry, early, said, spent, measures } what;
  std::string job;        ///< also: the early signal's board, the app of measures
  std::string obligation; ///< also: the id that was said, the topic of measures
  token owner = 0;
  std::string place{}; ///< of the row of measures
};

struct early_signal {
  mail what;
  bool keeps_open = false;
  std::vector<std::string> boards; ///< every board it is kept at
  timer_key until;
};

struct board {
  std::map<std::uint64_t, std::pair<std::string, std::string>> waits; ///< job, obligation
  std::optional<early_signal> early;
  std::set<std::pair<std::string, std::string>> late; ///< job, hook

  [[nodiscard]] bool empty() const { return waits.empty() && !early && late.empty(); }
};

/// The jobs that run and those that have ended, by time and number.
struct job_lists {
  using list = std::map<std::pair<std::int64_t, std::uint64_t>, std::string>;
  list running;
  list ended;

  [[nodiscard]] bool empty() const { return running.empty() && ended.empty(); }
};

struct measures {
  std::string key;
  std::int64_t from_ms = 0;
  std::optional<std::int64_t> until_ms; ///< none: kept for ever
  timer_key expiry;                     ///< when that is looked at
  std::map<std::pair<std::string, std::string>, measures_row::cell> cells;
  std::size_t tallied = 0; ///< how many of the cells a tally made
};

struct lease_row {
  lease what;
  bool spent = false; ///< its jobs have been taken; it may never hold again
};

class store {
public:
  /// Epoch milliseconds at the call that is being made; its maker sets it.
  std::int64_t now = 0;
  /// Tokens whose queues got something, 0 for the ready queue; the maker of calls takes them out.
  std::vector<token> bells;

  result<void> deploy(app_version what);
  result<void> activate(const std::string& app, const std::string& version);
  result<app_version> fetch(const std::string& app, const std::string& version) const;
  std::vector<app_version> apps() const;

  result<void> renew(token mine, std::int64_t for_ms, std::string who);
  std::vector<lease> leases() const;
  result<std::vector<snapshot>> claim(token mine, std::size_t most);
  result<std::vector<snapshot>> take(token dead, token mine, std::size_t most);
  result<snapshot> seize(const std::string& id, token mine);
  std::vector<std::pair<std::string, std::vector<mail>>> pop(token mine, std::size_t most);

  result<receipt> start(birth what);
  result<receipt> apply(commit what);
  result<void> send(post what);
  result<signalled> send(signal what);
  fired due(std::int64_t now_ms, std::size_t most);
  std::size_t serve(const std::string& topic, std::size_t most);
  result<void> scrub(const std::string& id);
  result<void> condense(const std::string& id, std::uint64_t upto, std::string checkpoint);

  result<snapshot> read(const std::string& id) const;
  result<history_page> history(const std::string& id, std::uint64_t first, std::size_t most) const;
  result<job_page> jobs(const job_filter& which) const;
  result<measures_page> look_at_measures(const measures_filter& which) const;
  result<std::vector<published_row>> published(const std::string& after, std::size_t most) const;
  result<audit_page> audit(const std::string& after) const;
  result<void> mend(const audit_row& what) const;
  std::vector<std::string> dump() const;

private:
  /// Who answers an obligation: `post` may only answer what is answerable.
  enum class sender { outside, store };

  job* find(const std::string& id);
  const job* find(const std::string& id) const;
  result<void> may_own(token mine) const;

  // jobs.cpp
  const std::string* first_taken(const write& what, std::set<std::string>& born) const;
  job& give_birth(birth what);
  void perform(job& of, write what);
  void end(job& of, const end_mark& mark);
  void publish(publication what);
  void trim_publications();
  void forget(const std::string& id);
  void enlist(const job& of);
  void delist(const job& of);
  receipt receipt_for(const job& of, token asker, bool repeated) const;

  // obligations.cpp
  signalled send_to_all(const signal& what);
  void arm(job& of, obligation_row row, const head& by);
  void disarm(obligation& what);
  void remember(const job& of, const obligation_row& wait);
  void settle(job& of, const std::string& name);
  void mark_late(const job& of, const std::string& hook, const last_wait& wait);
  void unmark_late(const job& of, const std::string& hook, const last_wait& wait);
  void meet_early(job& of, const std::string& name);
  void drop_early(const std::string& at);
  void drop_if_empty(const std::string& at);
  result<void> deliver(const std::string& id, mail what, bool keeps_open, sender from);
  void say(const std::string& job, const std::string& id);
  timer_key arm_timer(std::int64_t due, timer what);

  // measures.cpp
  void measure(const snapshot& of, const measurement& what);
  void expire_measures(timer due, std::int64_t now_ms);

  // ownership.cpp
  void own(job& of, token mine);
  void disown(job& of);
  void enqueue_ready(job& of);
  void ring(job& of);
  snapshot look(const job& of) const;

  std::uint64_t births_ = 0;
  std::uint64_t armings_ = 0;
  std::uint64_t publishings_ = 0;

  std::map<std::pair<std::string, std::string>, app_version> apps_; ///< app, version
  std::map<token, lease_row> leases_;
  std::map<std::string, job> jobs_;
  std::map<token, std::map<std::uint64_t, std::string>> sets_;   ///< by the job's number
  std::map<token, std::map<std::uint64_t, std::string>> queues_; ///< in order of arrival
  std::map<std::uint64_t, std::string> ready_;
  std::map<timer_key, timer> timers_;
  std::map<std::string, board> boards_;
  std::map<std::string, std::map<std::uint64_t, std::pair<std::string, std::string>>> backlog_;
  std::map<std::pair<std::string, std::string>, timer_key> said_; ///< job (empty: a signal), id
  job_lists all_;
  std::map<std::pair<std::string, std::string>, job_lists> index_; ///< name, value
  /// App and topic; then where the row stands.
  std::map<std::pair<std::string, std::string>, std::map<std::string, measures>> measures_;
  std::map<std::uint64_t, published_row> publications_;
  std::size_t published_bytes_ = 0;
};

} // namespace quipu::memory
