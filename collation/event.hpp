#pragma once

#include "collation/record.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace quipu {

/// What came as leg 2 of an activity, or stands in its place (a signal, a timer, a child's end).
struct answer {
  enum class status : std::uint8_t { success, pending, error };

  status is = status::success;
  int code = 200;
  json data; ///< null: none was given

  bool operator==(const answer&) const = default;
};

/// Makes an answer whole: 202 is pending, 400 and above an error whatever was said, an error below 400 is 500.
[[nodiscard]] answer normalized(answer given);

/// What makes a step happen. With a plan and a job's state it decides everything.
struct event {
  cause why = cause::begun;
  instance at;
  std::uint32_t attempt = 0; ///< of a reply or a timeout: which attempt it is about
  answer what;
  std::string mail; ///< the mail that brought it; empty: none did
  std::set<std::string>
      taken;           ///< children's ids that the ledger refused when the step was made before
  bool scrubs = false; ///< of a signal: the job is forgotten soon after its end
  std::optional<std::int64_t>
      due_ms; ///< of a timer: for when it was set; the store's time is past it
};

} // namespace quipu
