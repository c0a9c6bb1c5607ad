#pragma once

#include "collation/ledger.hpp"
#include "redis_bridge/reply.hpp"

/// How values of the contract are read from answers of the library.
namespace quipu::redis {

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
