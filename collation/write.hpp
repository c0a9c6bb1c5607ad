#pragma once

#include "collation/chain.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a store is asked to write, and what it says to that.
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

} // namespace quipu
