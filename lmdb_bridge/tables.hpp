#pragma once

#include "collation/chain.hpp"
#include "collation/ledger.hpp"
#include "lmdb_bridge/bytes.hpp"

#include <array>
#include <string_view>

/// What is in the data file: every table, its keys and its values. Format 3.
///
/// N is a job's number (births are counted; eight bytes), A an arming number (armings, queueings
/// and timers are counted alike), T(x) a text in a key, S(x) one that is known by its hash beyond
/// 100 bytes. Values are written with `packer`; behind each stands the CRC-32 of its key and itself
/// (4 bytes, big-endian), which LMDB does not have.
///
/// | table | key | value |
/// |---|---|---|
/// | meta | "format" | the number 3 |
/// | meta | "counters" | births, armings, publishings, bytes published, newest time |
/// | apps | T(app) T(version) | hash, source, public topics, active |
/// | leases | token | until, spent, who |
/// | ids | T(job id) | N |
/// | jobs | N | `job.hpp` |
/// | parts | N 'f' T(name) | a field that is too big or too many for the job's row |
/// | parts | N 'o' T(name) | an obligation, likewise |
/// | parts | N 'm' number | a mail, likewise, in order of arrival |
/// | parts | N 'i' T(mail id) | the number of such a mail |
/// | history | N, first record's number | the records of one write, as texts |
/// | history | N, 0 | number of the last record that is not kept, the checkpoint for all of these |
/// | sets | token N | |
/// | queues | token A | N |
/// | ready | A | N |
/// | timers | due A | kind, and what it is about |
/// | board | T(board) 'w' A | N, obligation: a wait |
/// | board | T(board) 'e' | an early signal |
/// | board | T(board) 'l' N T(hook) | a signal is late here |
/// | backlog | T(topic) A | N, obligation |
/// | said | N T(mail id) | its timer's key; N is 0 for signals |
/// | running | created N | |
/// | ended | ended N | |
/// | indexed | T(name) T(value) 'r' created N | a running job that is found by it |
/// | indexed | T(name) T(value) 'e' ended N | an ended one |
/// | measures | S(app) S(topic) S(key) time 'm' | until, its timer, tallies, key |
/// | measures | S(app) S(topic) S(key) time 'n' S(cell) | a cell: name, text, amount |
/// | publications | number | at, app, topic, job, body |
namespace quipu::lmdb {

enum class table : std::uint8_t {
  meta,
  apps,
  leases,
  ids,
  jobs,
  parts,
  history,
  sets,
  queues,
  ready,
  timers,
  board,
  backlog,
  said,
  running,
  ended,
  indexed,
  measures,
  publications,
};

inline constexpr std::array<const char*, 19> table_names{
    "meta",    "apps",   "leases",  "ids",      "jobs",        "parts",   "history",
    "sets",    "queues", "ready",   "timers",   "board",       "backlog", "said",
    "running", "ended",  "indexed", "measures", "publications"};
static_assert(table_names.size() == static_cast<std::size_t>(table::publications) + 1);

/// 2: checksums, checkpoints. 3: what jobs are found by, measures.
inline constexpr std::uint64_t format = 3;

/// LMDB's keys end at 511 bytes; a longer text is known by its SHA-256.
inline constexpr std::size_t longest_text_in_key = 200;
/// Of each of the four texts in a key of measures.
inline constexpr std::size_t longest_short_text = 100;

/// A key of numbers (eight bytes each), characters and texts, one behind the other.
template <class... Pieces>
[[nodiscard]] std::string key(const Pieces&... pieces) {
  std::string made;
  const auto add = [&]<class Piece>(const Piece& piece) {
    if constexpr (std::is_same_v<Piece, char>)
      made.push_back(piece);
    else if constexpr (std::is_integral_v<Piece>)
      add_be64(made, static_cast<std::uint64_t>(piece));
    else
      store_rules::add_text(made, piece, longest_text_in_key);
  };
  (add(pieces), ...);
  return made;
}

/// Before the first record of the job.
[[nodiscard]] inline std::string checkpoint_key(std::uint64_t job) {
  return key(job, std::uint64_t{0});
}

struct timer_key {
  std::int64_t due = 0;
  std::uint64_t arming = 0;
};

[[nodiscard]] inline std::string key_of(const timer_key& timer) {
  return key(biased(timer.due), timer.arming);
}

} // namespace quipu::lmdb
