#pragma once

#include "collation/ledger.hpp"
#include "redis_bridge/command.hpp"
#include "redis_bridge/reply.hpp"

/// How values of the contract stand in calls of the library and in its answers. Everything that is
/// one text there is MessagePack, so that Lua reads it and so does a person.
namespace quipu::redis {

/// Under what ids of children were reserved in other partitions.
struct promise {
  std::string nonce;
  std::string taken; ///< the first one that was not free; empty: all are reserved
};

/// What a write adds to a call: head, the rest, records, fields.
void add(command& to, const write& what, const std::vector<std::string>& consumed,
         const promise* with = nullptr);
/// A job's fields that never change: {gid, app, version, topic, parent, created}.
[[nodiscard]] std::string identity(const birth& of);
/// {id, boards, mail id, kind, body, keeps open, keep until, to all, ticket}
[[nodiscard]] std::string packed(const signal& what, std::string_view ticket = {});
[[nodiscard]] std::string packed(const std::vector<std::string>& texts);

[[nodiscard]] snapshot to_snapshot(const piece& said);
[[nodiscard]] std::vector<snapshot> to_snapshots(const piece& said);
/// Mail id, row, ...: in order of arrival.
[[nodiscard]] std::vector<mail> to_inbox(const piece& said);
/// {id, identity, end, number}
[[nodiscard]] job_row to_job_row(const piece& said);
/// Token, row, ...: without those whose jobs have been taken, in the order of tokens.
[[nodiscard]] std::vector<lease> to_leases(const piece& said);
/// A row of measures, or what one partition has of it.
struct measures_part {
  std::string place;
  measures_row row;
  std::string
      kinds; ///< of its cells: + sum, # tally, < the smallest text, > the greatest, = either
};
/// {place, hash}
[[nodiscard]] measures_part to_measures_part(const piece& said);
/// Both are of one place.
void merge(measures_part& into, measures_part from);
/// {table, key, value, whether it is claimed, job, trouble}
[[nodiscard]] audit_row to_audit_row(const piece& said);
/// {app, version, hash, public topics}
[[nodiscard]] app_version to_app(std::string_view row);
[[nodiscard]] published_row to_published(const piece& said);

} // namespace quipu::redis
