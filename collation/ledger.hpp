#pragma once

#include "collation/quipu/result.hpp"
#include "collation/stored.hpp"
#include "collation/write.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
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
  /// Told once, on a thread of the store's, when the store accepts nothing any more until it is
  /// opened again; the sentence says why. If that was before, it is told at once. Empty: nobody is
  /// told; a call that has begun may still come to its end. It fences nothing by itself. A store that
  /// cannot come to this (memory, Redis) never calls it.
  virtual void on_fault(std::function<void(const std::string& why)> tell) { (void)tell; }

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
