#pragma once

#include "actors/shelf.hpp"
#include "collation/event.hpp"
#include "collation/job.hpp"
#include "collation/ledger.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

/// What a caller can do to a job that waits: the same for a node, a flow test and whoever else holds
/// a store and the plans.
namespace quipu {

/// A signal as a caller gives it.
struct signal_request {
  std::string app; ///< empty: the one that is active
  std::string topic;
  json data = json::object();
  std::string id;   ///< the caller's, or empty
  std::string mail; ///< names this sending: 64 random bits, or what is drawn from a seed
};

/// Answers the hook that waits for it. `not_found`: no hook of an active or running version names
/// the topic, or nobody waits any more; `invalid`: the hook's schema; `bad_request`: several apps
/// are active.
void send_signal(ledger& to, const shelf& plans, signal_request what, then<signalled> done);

/// A reply to a call that is pending.
struct completion {
  std::string job;
  std::string activity;
  std::optional<std::uint32_t> dimension; ///< may be left out when one is pending
  answer reply;
  std::string id;   ///< the caller's, or empty
  std::string mail; ///< names this sending: 64 random bits, or what is drawn from a seed
};

/// A job that has failed, as it was before the step that failed.
struct failed_job {
  std::shared_ptr<const job> view;
};

/// Reads a failed job's history up to the step that failed. `not_found`; `conflict`: it has not
/// failed, or its history is not kept whole, so that nobody knows what it was.
void find_failed(ledger& from, const std::string& job, then<failed_job> done);

/// The id of the job that goes on from this one, unless somebody names it: "o-1~1" from "o-1",
/// "o-1~2" from that. So a second retry is refused.
[[nodiscard]] std::string retried_id(const identity& failed);

/// Finishes a pending call from anywhere, or says 202 once more. `not_found`: no such job or
/// activity, or it was not asked; `conflict`: it has been answered; `bad_request`: several passes
/// are pending.
void complete(ledger& to, const shelf& plans, completion what, then<void> done);

} // namespace quipu
