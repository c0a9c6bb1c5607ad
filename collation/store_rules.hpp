#pragma once

#include "collation/ledger.hpp"

#include <array>
#include <string_view>

/// What every store does alike, so that the same calls leave the same state in each.
namespace quipu::store_rules {

/// An id that a caller gave is known for this long after it was taken up.
inline constexpr std::int64_t said_ms = 3'600'000;
/// A token that has lost its jobs is refused for this long; it will not come back later.
inline constexpr std::int64_t spent_ms = 86'400'000;
/// Publications are kept for this long, and at most so many bytes of them.
inline constexpr std::int64_t publications_ms = 3'600'000;
inline constexpr std::size_t publications_bytes = 64U << 20U;

/// So much of a job's mail is given at once: who has ten thousand answers does not get all of them
/// with each receipt.
inline constexpr std::size_t mail_at_once = 256;

/// Whether this mail is the store's own (`mail_id`), so that nobody can send it again: its id need
/// not be known when it has been taken up.
[[nodiscard]] inline bool is_own(std::string_view mail_id) {
  return mail_id.starts_with("timer:") || mail_id.starts_with("served:");
}

/// How many jobs one call of `jobs` looks at: others wait for it.
inline constexpr std::size_t jobs_a_look = 4096;
/// How many values a row of measures tallies; what comes beyond is counted together.
inline constexpr std::size_t most_tallied = 1000;

/// What a page of publications asks for when it begins with the oldest.
inline constexpr std::string_view from_the_oldest{};

/// The hook whose wait an obligation is: "approval" of "approval.2".
[[nodiscard]] inline std::string_view hook_of(std::string_view obligation) {
  return obligation.substr(0, obligation.rfind('.'));
}

/// The part of a mail id that names the write which armed an obligation: the head it made. Drawn
/// from what happened, never from a counter: after a failover the same id means the same arming.
[[nodiscard]] std::string armed_by(const head& makes);

/// The id of the mail that an obligation's timer or a worker for its topic sends.
[[nodiscard]] std::string mail_id(std::string_view kind, std::string_view obligation,
                                  std::string_view armed_by);

/// What an obligation's timer sends: it says for when it was set, so that a clock which lags behind
/// the store's does not take it for one that came too early.
[[nodiscard]] mail timer_mail(const std::string& obligation, std::int64_t due_ms,
                              std::string_view armed_by);

/// Ids of publications sort as they were published.
[[nodiscard]] std::string publication_id(std::uint64_t number);
/// `bad_request` unless it is what `publication_id` gave, or empty: 0.
[[nodiscard]] result<std::uint64_t> publication_number(std::string_view id);

/// The oldest of a job's mail, as much as is given at once.
[[nodiscard]] std::vector<mail> first_mail(const std::vector<mail>& all);

/// Why `condense` is refused.
[[nodiscard]] failure cannot_condense(std::string_view job, std::uint64_t upto,
                                      std::uint64_t records, std::uint64_t gone);

/// Where a page of jobs ended: in which list, at which time, at which job.
struct cursor {
  bool ended = false;
  std::int64_t at_ms = 0;
  std::uint64_t number = 0;
};
[[nodiscard]] std::string to_text(const cursor& at);
/// `bad_request` unless it is what `to_text` gave.
[[nodiscard]] result<cursor> to_cursor(std::string_view text);

/// Whether a job of this state may stand in the list of ended jobs, or of those that run.
[[nodiscard]] inline bool may_show(const job_filter& which, bool ended) {
  return which.state.empty() || ended == (which.state != "running");
}
[[nodiscard]] bool shows(const job_filter& which, const job_row& row);
/// Where a page begins: rows stand strictly before it. `bad_request` as `to_cursor`.
[[nodiscard]] result<cursor> begin_of(const job_filter& which);
/// Where the list of ended jobs begins, once that of running ones is through.
[[nodiscard]] cursor begin_of_ended(const job_filter& which);

/// Numbers in keys: eight bytes, the most significant first, so that rows stand in their order.
inline void add_be64(std::string& to, std::uint64_t value) {
  char bytes[8];
  for (int i = 7; i >= 0; --i, value >>= 8U) bytes[i] = static_cast<char>(value & 0xffU);
  to.append(bytes, sizeof bytes);
}
/// Negative numbers sort before positive ones.
[[nodiscard]] constexpr std::uint64_t biased(std::int64_t value) {
  return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63U);
}
/// A text as a piece of a key: as it is behind its size, or by its SHA-256 if it is longer than
/// `longest` bytes, 254 at most.
void add_text(std::string& to, std::string_view text, std::size_t longest);

/// Where a row of measures stands among those of its topic: keys, each with its stretches of time
/// in order.
[[nodiscard]] std::string measures_place(std::string_view key, std::int64_t from_ms);
/// From where to where rows are looked at; `stop` is the first place beyond them.
struct measures_range {
  std::string begin;
  std::string stop;
};
/// `bad_request` unless `after` is a cursor that a page of measures gave.
[[nodiscard]] result<measures_range> range_of(const measures_filter& which);
[[nodiscard]] std::string measures_cursor(std::string_view place);
[[nodiscard]] inline bool is_between(const measures_filter& which, std::int64_t from_ms) {
  return (!which.from_ms || from_ms >= *which.from_ms) &&
         (!which.before_ms || from_ms < *which.before_ms);
}

/// Which cell of a row something is added to: its name, and the text of a tally.
[[nodiscard]] inline std::pair<std::string, std::string> cell_of(const addition& what) {
  return {what.cell, what.does == addition::kind::tally ? what.text : std::string{}};
}
/// What a cell becomes when something is added to it; none: it stays.
[[nodiscard]] std::optional<measures_row::cell> added(const measures_row::cell* before,
                                                      const addition& what);

} // namespace quipu::store_rules
