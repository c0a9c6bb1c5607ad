#pragma once

#include "collation/write.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a store shows of its rows: a job whole, lists page by page.
namespace quipu {

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

/// A publication as its subscribers read it.
struct published_row {
  std::string id; ///< sorts as they were published
  std::int64_t at_ms = 0;
  publication what;
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

} // namespace quipu
