#pragma once

#include "lmdb_bridge/environment.hpp"
#include "lmdb_bridge/job.hpp"

#include <unordered_map>

namespace quipu::lmdb {

/// What the contract does to the rows of an open transaction: plain calls, on the writer's thread.
///
/// A call checks everything before it writes anything, so a call that is refused leaves no trace
/// and needs no transaction of its own. Nothing is moved out of arguments: after an error of LMDB
/// the writer begins a new transaction and makes the calls of the old one again.
///
/// Jobs that have an owner stay decoded between calls (they are written through at the end of
/// each), so a commit reads nothing from the file; a job at rest costs no memory. The order of everything is that of the memory ledger.
class store {
public:
  explicit store(const environment& in);

  /// Epoch milliseconds at the call that is being made; its maker sets it.
  std::int64_t now = 0;
  /// Tokens whose queues got something, 0 for the ready queue; the maker of calls takes them out.
  std::vector<token> bells;
  /// What was found damaged at the head of a queue, a sentence each, once; likewise.
  std::vector<std::string> complaints;

  /// Begins a transaction, unless one is open.
  void begin(bool read_only);
  /// Writes what the call before has changed of jobs.
  void flush();
  void commit();
  /// Between transactions: until the next commit the file may become a little larger than it may be,
  /// for what a commit writes besides its calls. False: that is so already.
  bool stretch();
  /// Nothing of the open transaction has been.
  void abort();
  /// After a broken row, before `abort`: if a row of a queue was in hand it is passed by from now on,
  /// and left to who checks the store, so that it does not hold up what stands behind it. False:
  /// none was.
  bool pass_by(const broken_row& why);
  [[nodiscard]] bool is_open() const { return txn_.has_value(); }
  enum class room : std::uint8_t { enough, full_file, full_disk };
  /// Whether a job may be begun: some room is kept for those that have begun already.
  [[nodiscard]] room room_for_jobs();
  /// The newest time that the store has known.
  [[nodiscard]] std::int64_t newest() const { return counters_.newest; }
  /// Whoever had leases is dead: nobody else can have the directory open.
  void lapse_leases();

  result<void> deploy(const app_version& what);
  result<void> activate(const std::string& app, const std::string& version);
  result<app_version> fetch(const std::string& app, const std::string& version);
  std::vector<app_version> apps();

  result<void> renew(token mine, std::int64_t for_ms, const std::string& who);
  std::vector<lease> leases();
  result<std::vector<snapshot>> claim(token mine, std::size_t most);
  result<std::vector<snapshot>> take(token dead, token mine, std::size_t most);
  result<snapshot> seize(const std::string& id, token mine);
  std::vector<std::pair<std::string, std::vector<mail>>> pop(token mine, std::size_t most);

  result<receipt> start(const birth& what);
  result<receipt> apply(const quipu::commit& what);
  result<void> send(const post& what);
  result<signalled> send(const signal& what);
  fired due(std::int64_t now_ms, std::size_t most);
  std::size_t serve(const std::string& topic, std::size_t most);
  result<void> scrub(const std::string& id);
  result<void> condense(const std::string& id, std::uint64_t upto, const std::string& checkpoint);

  result<snapshot> read(const std::string& id);
  result<history_page> history(const std::string& id, std::uint64_t first, std::size_t most);
  result<job_page> jobs(const job_filter& which);
  result<measures_page> measures(const measures_filter& which);
  result<std::vector<published_row>> published(const std::string& after, std::size_t most);
  result<audit_page> audit(const std::string& after, std::size_t most);
  result<void> mend(const audit_row& what);
  std::vector<std::string> dump();

private:
  enum class sender { outside, store };
  enum class timer : std::uint8_t { obligation, expiry, early, said, spent, measures };

  struct early_signal {
    mail what;
    bool keeps_open = false;
    std::vector<std::string> boards;
    timer_key until;
  };

  struct lease_row {
    std::int64_t until_ms = 0;
    bool spent = false; ///< its jobs have been taken; it may never hold again
    std::string who;
  };

  struct counters {
    std::uint64_t births = 0;
    std::uint64_t armings = 0;
    std::uint64_t publishings = 0;
    std::uint64_t published_bytes = 0;
    std::int64_t newest = 0;

    bool operator==(const counters&) const = default;
  };

  using row_key = std::pair<table, std::string>;

  transaction& txn() { return *txn_; }

  // store.cpp: jobs as they are read and written
  void load_counters();
  job* find(const std::string& id);
  job& load(std::uint64_t number);
  job& touch(job& of);
  void let_rest(std::uint64_t number);
  void save(job& of);

  // store.cpp: queues, of which one damaged row stops nothing
  std::optional<stored_row> next_in(table queue, std::string_view prefix);
  void take_up(table queue, std::string_view key) { in_hand_.emplace(queue, key); }
  void leave(const row_key& damaged, std::string_view why);

  // parts.cpp: what of a job may stand in rows of its own
  void set_field(job& of, const field& what);
  void unset_field(job& of, const std::string& name);
  obligation* find_obligation(job& of, const std::string& name);
  obligation& add_obligation(job& of, obligation what);
  void erase_obligation(job& of, const std::string& name);
  void save_borrowed(job& of);
  bool has_mail(const job& of, const std::string& id);
  void add_mail(job& of, const mail& what);
  void erase_mail(job& of, const std::string& id);
  std::vector<mail> inbox(const job& of, std::size_t most);
  std::vector<std::string> obligation_names(const job& of);
  snapshot look(job& of);
  job_row peek(std::uint64_t number);

  // jobs.cpp
  const std::string* first_taken(const write& what, std::vector<const std::string*>& born);
  job& give_birth(const birth& what);
  void perform(job& of, const write& what);
  void end(job& of, const end_mark& mark);
  void forget(job& of);
  void enlist(const job& of);
  void delist(const job& of);
  receipt receipt_for(const job& of, token asker, bool repeated);
  void publish(const publication& what);
  void trim_publications();

  // obligations.cpp
  result<void> deliver(job* of, const std::string& id, const mail& what, bool keeps_open,
                       sender from);
  void arm(job& of, const obligation_row& row, const head& by);
  void disarm(job& of, obligation& what);
  void settle(job& of, const std::string& name);
  void say(std::uint64_t job, const std::string& id);
  bool was_said(std::uint64_t job, const std::string& id);
  timer_key arm_timer(std::int64_t due, const packer& what);

  // board.cpp
  signalled send_to_all(const signal& what);
  result<void> answer_wait(std::string_view wait, mail what, bool keeps_open);
  void remember(job& of, const obligation_row& wait);
  void mark_late(const job& of, const last_wait& wait);
  void unmark_late(const job& of, const last_wait& wait);
  void meet_early(job& of, const std::string& name);
  std::optional<early_signal> early_at(const std::string& board);
  void drop_early(const std::string& board);

  // measures.cpp
  void measure(const snapshot& of, const measurement& what);
  void expire_measures(const std::string& row, std::int64_t now_ms);
  static std::string row_of_measures(std::string_view key);
  static packer due_measures(const std::string& row);
  static std::optional<timer_key> expiry_of_measures(std::string_view head);

  // audit.cpp
  class auditor;

  // ownership.cpp
  result<void> may_own(token mine);
  std::optional<lease_row> lease_of(token owner);
  void put_lease(token owner, const lease_row& held);
  void own(job& of, token mine);
  void disown(job& of);
  void enqueue_ready(job& of);
  void ring(job& of);

  const environment* in_;
  std::size_t limit_; ///< bytes that the file may have
  bool stretched_ = false;
  std::optional<transaction> txn_;
  counters counters_;
  counters written_;                      ///< as they are in the transaction
  std::optional<std::size_t> free_pages_; ///< as they were when the transaction began
  std::unordered_map<std::uint64_t, job> jobs_;
  std::unordered_map<std::string, std::uint64_t> numbers_; ///< of the jobs in `jobs_`
  std::vector<std::uint64_t> touched_;
  std::vector<std::uint64_t> loaded_; ///< by this call
  std::optional<row_key> in_hand_;    ///< the row of a queue that this call is about
  std::set<row_key> passed_by_;
};

} // namespace quipu::lmdb
