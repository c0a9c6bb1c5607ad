#pragma once

#include "collation/chain.hpp"
#include "collation/quipu/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// The contract of a store: what keeps jobs, their mail, their obligations and their histories.
///
/// A store never decodes what it keeps and never decides what a flow does. It checks, writes
/// everything or nothing, and answers. Each call below is one atomic unit: one function call in
/// Redis, one nested piece of a batch in LMDB; its comment names the rows it touches:
///
/// | row | key | holds |
/// |---|---|---|
/// | job | job id | head, owner, identity, state, the engine's fields |
/// | history | job id, number | the records, packed; a checkpoint for those that are not kept |
/// | obligations | job id, name | what an open digit waits for, and whether it has been answered |
/// | mail | job id | what has come for the job and is not yet taken up, in order of arrival |
/// | set | token | the jobs that an engine owns: the only record of who has what |
/// | queue | token | jobs of this owner that have got mail |
/// | ready | | jobs without an owner that should run |
/// | lease | token | until when, by the store's clock |
/// | timers | due, arming number | an obligation (or a job's expiry) whose time comes |
/// | board | topic, values | the waits in order of arrival, at most one early signal, what is late |
/// | backlog | topic | calls for which there is no worker |
/// | running, ended | time, job id | the two lists of jobs |
/// | index | name, value, list, time, job id | the jobs that have a measure `index` of this value |
/// | measures | app, topic, key, time | what the jobs of a flow add up to |
/// | publications | id | what was published, for an hour |
/// | apps | app, version | the definitions; which is active; who owns which public topic |
namespace quipu {

/// Names an engine while its lease holds: 64 random bits, compared for equality only. 0: nobody.
using token = std::uint64_t;

/// A named piece of a job's state, encoded by its owner.
struct field {
  std::string name;
  std::string bytes;

  bool operator==(const field&) const = default;
};

/// Something that has come to a job from outside its owner.
struct mail {
  std::string id;   ///< random, or its sender's: never a counter, which a failover would repeat
  std::string kind; ///< "timer", "signal", "child", "complete", "served"
  std::string obligation; ///< which obligation it answers; may be empty
  std::string body;       ///< MessagePack, for the owner

  bool operator==(const mail&) const = default;
};

/// What an open digit waits for. Setting a row replaces what the row of that name had armed.
struct obligation_row {
  std::string name; ///< "ACTIVITY.PASS"
  std::string body; ///< for the owner
  /// Whether something outside may answer it by `post`. A call that is out is not: its owner
  /// answers.
  bool answerable = true;
  /// An answer does not close it: more may come (a re-enterable hook).
  bool standing = false;
  /// When it answers itself: epoch milliseconds.
  std::optional<std::int64_t> due_ms;
  /// Where signals find it on the board.
  std::vector<std::string> waits;
  /// The hook may come to wait again, so a signal that comes when this wait is settled is early;
  /// otherwise it is late, and so it always is once the job has ended.
  bool returns = false;
  /// The topic in whose backlog it stands; empty: in none.
  std::string backlog;

  bool operator==(const obligation_row&) const = default;
};

/// Something sent to a job: it answers an obligation, once, or just arrives (no obligation named).
struct post {
  std::string job;
  mail what;
  /// The answer leaves the obligation open (a signal or reply with code 202).
  bool keeps_open = false;
};

struct publication {
  std::string app;
  std::string topic;
  std::string job;
  std::string body;
};

/// A publication as its subscribers read it.
struct published_row {
  std::string id; ///< sorts as they were published
  std::int64_t at_ms = 0;
  publication what;
};

/// The end of a job, as the lists of jobs need it.
struct end_mark {
  std::string state; ///< "completed", "failed", "interrupted"
  std::int64_t at_ms = 0;
  std::optional<std::int64_t> expires_ms; ///< none: kept for ever
};

/// Something said to whoever waits for it.
struct signal {
  std::string id; ///< empty, or the caller's: the same within the hour changes nothing
  std::vector<std::string> boards; ///< where a wait may stand; the one that began first is answered
  mail what;                       ///< its obligation is filled in by the store
  bool keeps_open = false;
  std::int64_t keep_until_ms = 0; ///< how long it is kept if it is early
  /// Answers everybody who waits there, each with a mail of its own; never early, never late.
  bool all = false;
};

/// One number that a job adds to a row of measures.
struct addition {
  enum class kind : std::uint8_t {
    sum,   ///< `amount` is added to the cell
    least, ///< of `text` and what the cell has, the smaller stays; compared as bytes
    most,  ///< the greater
    tally, ///< `amount` is added to a cell of `text`'s own, as long as the row has room for it
  };

  std::string cell;
  kind does = kind::sum;
  std::int64_t amount = 0;
  std::string text;

  bool operator==(const addition&) const = default;
};

/// What a job adds to the measures of its flow: once, with the commit that it is in.
struct measurement {
  std::string key;                      ///< what `stats.key` gave; may be empty
  std::int64_t from_ms = 0;             ///< when the stretch of time begins that it counts in
  std::optional<std::int64_t> until_ms; ///< when the row may be forgotten; none: never
  std::vector<addition> adds;

  bool operator==(const measurement&) const = default;
};

struct birth;

/// Everything one atomic write does to a job: all of it or nothing.
struct write {
  std::vector<std::string> records; ///< the history records, in order
  head makes{};                     ///< the head behind the last of them
  std::vector<field> set;
  std::vector<std::string> unset;
  std::vector<obligation_row> obligations; ///< made or replaced
  std::vector<std::string> settled;        ///< names of obligations that are no more
  std::vector<birth> children;             ///< jobs that come to be with this write
  std::vector<post> posts;     ///< a child's end to its parent; an unanswerable one is dropped
  std::vector<signal> signals; ///< sent with this write; a late one is dropped
  std::vector<publication> publications;
  std::vector<field> index; ///< names and values by which `jobs` finds it from now on
  std::optional<measurement> measured;
  std::optional<end_mark> ended;
  bool gives_back = false; ///< nothing is left that only its owner can answer
};

/// A job that comes to be. `gid` is drawn once for each accepted start: a start that is repeated
/// after a lost answer carries the same one and is no duplicate.
struct birth {
  std::string job;
  std::string gid;
  std::string app;
  std::string version;
  std::string topic;
  std::string parent; ///< the job that awaits it, or that it goes on from; may be empty
  std::int64_t created_ms = 0;
  token owner = 0; ///< 0: it goes to the ready queue
  write first;
};

struct commit {
  std::string job;
  token owner = 0;
  head stands_on{};
  std::vector<std::string> consumed; ///< ids of the mail that it takes up
  write what;
};

/// What a commit, start or claim tells its caller.
struct receipt {
  bool repeated = false; ///< this very write had been applied before
  bool owned = false;    ///< the job is still the caller's
  /// The job's that is not consumed, the oldest first: all of it, or as much as is given at once
  /// (`store_rules::mail_at_once`). Who consumes it gets the rest with the receipts of that.
  std::vector<quipu::mail> mail;
};

/// A job as its new owner, or a reader, needs it.
struct snapshot {
  std::string job;
  std::string gid;
  std::string app;
  std::string version;
  std::string topic;
  std::string parent;
  std::string state; ///< "running" or as in `end_mark`
  std::int64_t created_ms = 0;
  std::int64_t ended_ms = 0;
  token owner = 0;
  head at{};
  std::uint64_t records = 0;
  std::vector<field> fields;
  std::vector<obligation_row>
      obligations;               ///< all, also those answered by mail that is not consumed
  std::vector<quipu::mail> mail; ///< as in `receipt`
};

/// A row of the lists of jobs.
struct job_row {
  std::string job;
  std::string app;
  std::string version;
  std::string topic;
  std::string parent;
  std::string state;
  std::int64_t created_ms = 0;
  std::int64_t ended_ms = 0;
};

/// Which jobs a page of them shows; what is empty does not matter.
struct job_filter {
  std::string app;
  std::string topic;
  std::string state;
  std::optional<field> index; ///< a name and value that a write gave
  /// Of a running job when it was created, of an ended one when it ended.
  std::optional<std::int64_t> from_ms;
  std::optional<std::int64_t> before_ms;
  std::string after; ///< the cursor that the page before gave; empty: from the newest
  std::size_t most = 100;
};

struct job_page {
  std::vector<job_row> rows; ///< running jobs, newest first; then ended ones, newest first
  /// Cursor of the next page; empty: that was all. A page may have fewer rows than were asked for,
  /// or none, and a next one: one call looks at so many jobs and no more.
  std::string next;
};

struct measures_filter {
  std::string app;
  std::string topic;
  std::optional<std::string> key;        ///< none: every key
  std::optional<std::int64_t> from_ms;   ///< rows whose stretch begins then or later
  std::optional<std::int64_t> before_ms; ///< rows whose stretch begins before
  std::string after;                     ///< the cursor that the page before gave
  std::size_t most = 100;
};

/// What the jobs of a flow add up to, by key and stretch of time.
struct measures_row {
  /// A tally has a cell for each text; the one without a text counts those it had no room for.
  struct cell {
    std::string name;
    std::string text;
    std::int64_t amount = 0;

    bool operator==(const cell&) const = default;
  };

  std::string key;
  std::int64_t from_ms = 0;
  std::vector<cell> cells; ///< by name and text
};

struct measures_page {
  std::vector<measures_row> rows; ///< those of a key together, the oldest first
  std::string next;               ///< cursor of the next page; empty: that was all
};

struct history_page {
  /// Number of the first record: the one that was asked for, or the oldest that is kept.
  std::uint64_t first = 1;
  std::vector<std::string> records;
  std::uint64_t total = 0; ///< how many the job has made
  /// What stands for the records that are not kept, in the page that begins with the oldest that
  /// is; empty: all are kept.
  std::string checkpoint;
};

/// A row as whoever checks the store sees it. What one row says of another - that its job stands in
/// a set, has a timer, waits on a board - is a claim; where nothing is wrong each claim has its row
/// and each such row its claim, alike in table, key and value.
struct audit_row {
  std::string table;
  std::string key;
  std::string value;
  bool claimed = false; ///< the row should be there; else: it is there
  std::string job;      ///< whose it is; may be empty
  std::string trouble;  ///< why it cannot be what it says; empty: it can

  bool operator==(const audit_row&) const = default;
};

struct audit_page {
  std::vector<audit_row> rows;
  std::string next; ///< where to go on; empty: that was all
};

struct lease {
  token owner = 0;
  std::int64_t until_ms = 0;
  std::string who; ///< host, pid: for people
};

/// A deployed version: immutable.
struct app_version {
  std::string app;
  std::string version;
  std::string hash;   ///< SHA-256 of the source, hex
  std::string source; ///< the definition with its references followed, as JSON
  std::vector<std::string> public_topics;
  bool active = false;
};

enum class signalled : std::uint8_t { answered, early, repeated };

/// How many were handled, and when to look again.
struct fired {
  std::size_t count = 0;
  std::optional<std::int64_t> next_due_ms;
};

/// Called exactly once, on the store's own thread, never under its locks.
template <class T>
using then = std::function<void(result<T>)>;

/// All calls are asynchronous and may be made from any thread; those for one job are applied in the
/// order in which they were made. Completions of calls made from one thread come in that order.
class ledger {
public:
  ledger() = default;
  ledger(const ledger&) = delete;
  ledger& operator=(const ledger&) = delete;
  /// Completes what was accepted, then stops.
  virtual ~ledger() = default;

  /// The store's time, epoch milliseconds: what its server last said plus steady time since.
  [[nodiscard]] virtual std::int64_t now() const = 0;
  /// What the store is and how durable: "lmdb:/var/lib/quipu, sync".
  [[nodiscard]] virtual std::string describe() const = 0;
  /// How many there are of it (`partition_of`). In a store of one, calls are exact and atomic over all
  /// that they touch. In one of several a write is so for its job; what it does to others it sends to
  /// them, and most of it is there before it completes: a child with a given id, a post, a signal, a
  /// wait, a publication. Then what concerns several jobs has no one order, and a signal that has
  /// found a wait may go on to the next one.
  [[nodiscard]] virtual unsigned partitions() const { return 1; }

  // Instructions

  /// Rows: apps. Keeps a version; the same content again is no change. `conflict`: another content
  /// under the same version, or a public topic that belongs to another app.
  virtual void deploy(app_version what, then<void> done) = 0;
  /// Rows: apps. New jobs take this version from now on. `not_found`: it was not deployed.
  virtual void activate(std::string app, std::string version, then<void> done) = 0;
  /// Rows: apps. `not_found`.
  virtual void fetch(std::string app, std::string version, then<app_version> done) = 0;
  /// Rows: apps. Every version, without its source.
  virtual void apps(then<std::vector<app_version>> done) = 0;

  // Ownership

  /// Rows: lease. Makes or renews a lease that lasts `for_ms` from the store's now. `fenced`: it
  /// had lapsed and somebody has taken its jobs, or they can be taken: draw a new token.
  virtual void renew(token mine, std::int64_t for_ms, std::string who, then<void> done) = 0;
  /// Rows: lease.
  virtual void leases(then<std::vector<lease>> done) = 0;
  /// Rows: ready, set, job (owner), mail, obligations, lease (checked). Takes up to `most` jobs
  /// from the ready queue: taking is claiming. Entries whose job is owned or ended are dropped.
  virtual void claim(token mine, std::size_t most, then<std::vector<snapshot>> done) = 0;
  /// Rows: as `claim`, set and queue of `dead`. If the lease of `dead` has lapsed, up to `most` of
  /// its jobs become mine; with the last one its lease and queue go. `conflict`: the lease still
  /// holds.
  virtual void take(token dead, token mine, std::size_t most, then<std::vector<snapshot>> done) = 0;
  /// Rows: job (owner), both sets, mail, obligations. Takes one running job, whoever owns it: for
  /// interrupt only. `not_found`; `conflict`: it has ended.
  virtual void seize(std::string job, token mine, then<snapshot> done) = 0;
  /// Rows: queue, mail. Up to `most` of my jobs that have got mail, with it (as in `receipt`); they
  /// leave the queue.
  virtual void pop(token mine, std::size_t most,
                   then<std::vector<std::pair<std::string, std::vector<mail>>>> done) = 0;
  /// The bell: called with a token when its queue got something, with 0 when the ready queue did. A
  /// hint; every queue is also looked at now and then.
  virtual void on_bell(std::function<void(token)> ring) = 0;

  // Jobs

  /// Rows: job, history, set or ready, running (or ended), apps (checked), lease (checked), and
  /// what the write touches. `conflict`: the id is taken, by another gid (the message is the first
  /// one's id); `stale`: the version is not the active one (for a job without a parent); `fenced`.
  virtual void start(birth what, then<receipt> done) = 0;
  /// Rows: job, history, obligations (with timers, board, backlog), mail, set, queue, children's as
  /// in `start`, the parent's as in `send`, publications, index, measures, running and ended. Checks in this order:
  /// the head it makes is the store's head: applied already (`repeated`); owner, head and mail are
  /// what it stands on, else `stale`; every child's id is free, else `taken` (the message is that
  /// id); then writes.
  virtual void apply(commit what, then<receipt> done) = 0;
  /// Rows: obligations (with timers, board, backlog), mail, queue or ready. `not_found`: no such
  /// job or obligation; `conflict`: answered, or the job has ended. The same mail id twice is
  /// accepted and changes nothing.
  virtual void send(post what, then<void> done) = 0;
  /// Rows: board, then as `send`. `not_found`: late, nobody waits.
  virtual void send(signal what, then<signalled> done) = 0;
  /// Rows: timers, then as `send` for each, jobs and measures that expire. Pops at most `most` timers that are
  /// due and posts them, in order.
  virtual void due(std::int64_t now_ms, std::size_t most, then<fired> done) = 0;
  /// Rows: backlog, then as `send`. Tells up to `most` calls that a worker for `topic` is there.
  virtual void serve(std::string topic, std::size_t most, then<std::size_t> done) = 0;
  /// Rows: everything the job has. Forgets an ended job. `not_found`; `conflict`: it runs.
  virtual void scrub(std::string job, then<void> done) = 0;
  /// Rows: history. The records up to number `upto` go; `checkpoint` stands for them, and for what
  /// the checkpoint before stood for. `not_found`; `conflict`: the job has not made so many, or
  /// they are gone already. Nothing else of the job changes, so no owner is asked.
  virtual void condense(std::string job, std::uint64_t upto, std::string checkpoint,
                        then<void> done) = 0;

  // Looking

  /// Rows: job, obligations, mail. `not_found`.
  virtual void read(std::string job, then<snapshot> done) = 0;
  /// Rows: history. Up to `most` records from number `first` on. `not_found`.
  virtual void history(std::string job, std::uint64_t first, std::size_t most,
                       then<history_page> done) = 0;
  /// Rows: running, ended, index. `bad_request`: `after` is no such cursor.
  virtual void jobs(job_filter which, then<job_page> done) = 0;
  /// Rows: measures. `bad_request`: `after` is no such cursor.
  virtual void measures(measures_filter which, then<measures_page> done) = 0;
  /// Rows: publications. Up to `most` behind the one whose id is `after` (empty: from the oldest
  /// that is kept), oldest first. What is older than an hour, or beyond 64 MiB, is gone.
  /// `bad_request`: `after` is no such id.
  virtual void published(std::string after, std::size_t most,
                         then<std::vector<published_row>> done) = 0;

  // Checking

  /// Rows: all. Up to about `most` claims and rows that have claims, behind `after` (empty: from
  /// the first); a row that cannot be read is given with its trouble. `bad_request`: `after` is
  /// nothing that a page gave.
  virtual void audit(std::string after, std::size_t most, then<audit_page> done) = 0;
  /// Makes the row that a claim lacks, or erases the row that lacks its claim; `what` as `audit`
  /// gave it, from a store in which nothing runs. `conflict`: there is nothing to mend about it.
  virtual void mend(audit_row what, then<void> done) = 0;
};

} // namespace quipu
