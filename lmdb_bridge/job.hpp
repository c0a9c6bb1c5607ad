#pragma once

#include "lmdb_bridge/tables.hpp"

namespace quipu::lmdb {

/// How much of a job stands in its own row; the rest are rows of `parts`. A commit rewrites the
/// row, so it is kept small; few jobs have more than this.
inline constexpr std::size_t biggest_inside = 1024; ///< bytes, of one field, obligation or mail
inline constexpr std::size_t fields_inside = 4096;  ///< bytes, of all fields together
inline constexpr std::size_t obligations_inside = 16;
inline constexpr std::size_t mail_inside = 8;

struct obligation {
  obligation_row row;
  bool answered = false;
  bool timed = false;       ///< its timer has not fired
  bool in_backlog = false;  ///< no worker has been told of it
  std::uint64_t arming = 0; ///< its place in timers, board and backlog
  std::string armed_by;     ///< names the write, hence the mail that a timer or a worker sends
};

struct arrived {
  std::uint64_t number = 0; ///< within the job
  mail what;
};

/// The wait that a hook armed last: what lateness is remembered of.
struct last_wait {
  std::string hook;
  std::string obligation;
  std::vector<std::string> boards;
};

/// A job's row. Numbers that are 0 are absent.
struct job {
  std::uint64_t number = 0;
  snapshot about;           ///< without fields, obligations and mail
  std::uint64_t queued = 0; ///< its place in its owner's queue
  std::uint64_t ready = 0;  ///< its place in the ready queue
  timer_key expiry;
  std::uint64_t arrivals = 0;
  std::vector<field> fields; ///< those inside, in no order
  std::vector<obligation> obligations;
  std::vector<arrived> inbox; ///< those inside, in order of arrival
  std::vector<last_wait> hooks;
  std::vector<field> index; ///< what `jobs` finds it by
  std::uint64_t fields_outside = 0;
  std::uint64_t obligations_outside = 0;
  std::uint64_t mail_outside = 0;

  // In memory only.
  std::vector<obligation> borrowed; ///< obligations from outside, to be written back
  bool touched = false;

  [[nodiscard]] bool runs() const { return about.state == "running"; }
  [[nodiscard]] bool has_mail() const { return !inbox.empty() || mail_outside > 0; }
};

[[nodiscard]] std::string encode(const job& of);
[[nodiscard]] job decode_job(std::uint64_t number, std::string_view bytes);

void encode(packer& to, const obligation& of);
[[nodiscard]] obligation decode_obligation(unpacker& from);

void encode(packer& to, const mail& of);
[[nodiscard]] mail decode_mail(unpacker& from);

} // namespace quipu::lmdb
