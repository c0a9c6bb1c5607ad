#pragma once

#include "collation/event.hpp"
#include "collation/job.hpp"
#include "collation/outcome.hpp"
#include "flows/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quipu {

/// What a step stands on besides the job and the event: all of it is given, it has no clock of its
/// own.
struct ground {
  const plan& app;
  const flow& rules;
  std::int64_t now_ms = 0;
  step_limits limits{};
};

/// One turn of event, condition, action: pure. With the same ground, job and event it decides the
/// same.
///
/// Nothing: the event has no effect (a late reply, an attempt that was given up); if mail brought
/// it, `acknowledge` takes that up.
[[nodiscard]] std::optional<outcome> step(const ground& on, const job& before, const event& what);

/// Takes up mail that has no effect.
[[nodiscard]] outcome acknowledge(const ground& on, const job& before, const event& what);

/// The birth of a job that goes on where another failed: `failed` is that one as it was before the
/// step that failed. What had settled stays so. What was open goes on: calls are made again as first
/// attempts of the same input, under the same idempotency keys; what was awaited is started again;
/// hooks wait again; the step that failed is made again. `what` is of cause `resumed`.
[[nodiscard]] outcome revive(const ground& on, const job& failed, const identity& who,
                             const event& what);

/// The birth of a job: its first record. The trigger is 8, the message is kept.
[[nodiscard]] outcome create(const ground& on, const identity& who, const value& message);

/// The id that the trigger's `stats.id` gives a job; empty: it has none. `invalid`: it gives no
/// usable id.
[[nodiscard]] result<std::string> job_id(const ground& on, const json& message, std::string gid);

/// Whether a message may start a job. `invalid`: path and rule.
[[nodiscard]] result<void> admit(const ground& on, const json& message);

/// A call of a job that is out, as it is made again: the same input, the same attempt. None: there
/// is none, or its input can no more be mapped, which an event of cause `recalled` makes its error.
[[nodiscard]] std::optional<leg_one> call_of(const ground& on, const job& before,
                                             const instance& at);

/// Whether a job may have this id. `invalid`: it is empty, or longer than `limits.id.bytes`.
[[nodiscard]] result<void> check_id(std::string_view id, const step_limits& limits);

/// How deep awaits may nest.
inline constexpr std::uint32_t await_depth = 1000;
/// After so many nodes that died under it, a call is not made again.
inline constexpr std::uint32_t fatal_calls = 5;
/// After so many, a call runs alone, one such at a time in a node: so that only the culprit comes to
/// `fatal_calls`.
inline constexpr std::uint32_t suspect_calls = 2;

/// The backlog in which suspects wait for their turn.
[[nodiscard]] inline std::string backlog_of_suspects(std::string_view topic) {
  return std::string{topic} + "\x1f"
                              "alone";
}

} // namespace quipu
