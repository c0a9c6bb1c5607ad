#pragma once

#include "collation/event.hpp"
#include "collation/job.hpp"
#include "collation/ledger.hpp"
#include "collation/outcome.hpp"
#include "flows/limits.hpp"
#include "flows/plan.hpp"

#include <memory>
#include <string>
#include <variant>

/// What the runner of an engine can want: closed, and values. The engine performs them.
namespace quipu::wish {

/// One turn of event, condition, action, by the activity's own actor.
struct step {
  std::string job;
  std::shared_ptr<const plan> app;
  const flow* rules = nullptr; ///< of `app`
  std::shared_ptr<const class job> view;
  event what;
  std::int64_t now_ms = 0;
  step_limits limits{};
  std::uint64_t number = 0; ///< `stepped` and `step_lost` name it
};

struct start {
  birth what;
};

struct commit {
  quipu::commit what;
};

/// Leg 1 to a worker.
struct call {
  std::string job;
  std::string gid; ///< that names it in idempotency keys
  leg_one what;
};

/// Nobody wants the answer to this attempt any more.
struct cancel {
  std::string job;
  std::string topic;
  instance at;
  std::uint32_t attempt = 1;
};

/// The job as the store has it: something did not fit.
struct read {
  std::string job;
};

/// A start was accepted, or refused.
struct accept {
  std::uint64_t request = 0;
  result<std::string> answer;
};

/// Whoever waits for this job's end may be told.
struct tell {
  std::string job;
  json report; ///< {state, data, error?}
};

/// A timer was armed: look no later than then.
struct alarm {
  std::int64_t due_ms = 0;
};

/// Another job is to be ended; the digit stays 8 until that is written.
struct interrupt {
  std::string job;           ///< who asks
  std::uint32_t attempt = 1; ///< of the asking: `replied` names it
  interruption what;
};

/// The job has more records than it keeps: those up to this number become a checkpoint.
struct condense {
  std::string job;
  std::uint64_t upto = 0;
};

/// Something for people: what `schemas: warn` let pass, a job that cannot go on.
struct warn {
  std::string job;
  std::string message;
};

/// An activity whose answer is written has `telemetry`.
struct trace {
  std::string job;
  std::string activity;
  std::uint32_t dimension = 0;
  value attributes; ///< an object
};

} // namespace quipu::wish

namespace quipu {

using any_wish = std::variant<wish::step, wish::start, wish::commit, wish::call, wish::cancel,
                              wish::read, wish::accept, wish::tell, wish::alarm, wish::interrupt,
                              wish::condense, wish::warn, wish::trace>;

} // namespace quipu
