#pragma once

#include "collation/ledger.hpp"
#include "collation/record.hpp"

#include <string>
#include <vector>

namespace quipu {

/// A request to a worker, made when the receipt of the commit that began it is there.
struct leg_one {
  instance at;
  std::string activity;
  std::string topic;
  std::uint32_t attempt = 1;
  std::optional<std::int64_t> due_ms; ///< when the attempt is given up
  value input;
  bool alone = false; ///< nodes have died under it: it runs alone
};

/// A job that an await starts, in the same commit.
struct offspring {
  identity who;
  value message;
};

/// Something to tell whoever subscribes to `topic`.
struct notice {
  std::string topic;
  json body; ///< {state, data, error?}
};

/// A signal that an activity sends, with the commit.
struct signalling {
  instance at;
  std::string topic;
  json data;
  int code = 200;       ///< 202: the target stays open
  bool all = false;     ///< to every hook that waits, not to one
  std::string key_name; ///< of `all`: in jobs with this index measure
  json key_value;       ///< of this value
  bool scrubs = false;  ///< the job that it answers is forgotten soon after its end
};

/// The end that an activity, or a caller, makes of a job.
struct interruption {
  instance at;
  std::string job;
  std::string reason;
  int code = 410;
  bool throws = true;   ///< the end is an error to whoever awaits it
  bool descend = false; ///< its awaited children too
};

/// Everything one step decided: the record, which alone changes the state, and what is to be done elsewhere with the
/// commit or after its receipt.
struct outcome {
  record what;
  std::vector<leg_one> calls;
  std::vector<offspring> children;
  std::vector<notice> notices;
  std::vector<signalling> signals;
  std::vector<interruption> interrupts; ///< of other jobs, each answered when it has been tried
  std::vector<interruption> below;      ///< of awaited children, with the commit
  /// Activities that have begun and need nothing from outside: the owner goes on with each.
  std::vector<instance> next;
  /// The job has ended: when it may be forgotten; none: never.
  std::optional<std::int64_t> expires_ms;
  /// Whoever awaits the job is answered with this, once: {state, data, error?}.
  std::optional<json> report;
  /// What the job adds to the measures of its flow; until when they are kept is not said here.
  std::optional<measurement> measured;
  /// For the log: what `schemas: warn` let pass.
  std::vector<std::string> warnings;
};

} // namespace quipu
