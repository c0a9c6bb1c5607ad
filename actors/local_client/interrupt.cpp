#include "actors/answered.hpp"
#include "actors/local_client.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace quipu {

namespace {

/// How long an interrupt may take before it is asked for again, and in all.
constexpr std::chrono::milliseconds interrupt_patience{500};
constexpr std::chrono::seconds interrupt_limit{10};

} // namespace

/// The end is committed by an engine that takes the job over. Of two who do so at once one loses
/// its commit: so the job is looked at until it has ended, and asked for again while it has not.
result<void> local_client::interrupt(const std::string& job, interrupt_options options) {
  using clock = std::chrono::steady_clock;
  const auto in = enter(needs::engines);
  if (!in) return in.error();
  const json how{{"reason", std::move(options.reason)},
                 {"code", options.code},
                 {"throw", options.throws},
                 {"descend", options.descend}};
  const auto limit = clock::now() + interrupt_limit;
  for (bool asked_before = false; clock::now() < limit; asked_before = true) {
    answered<void> seized;
    caf::anon_send(with_.hub, seize_asked{job, how, seized.then()});
    const auto mine = seized.wait();
    const bool ended = !mine && mine.error().code == fault::conflict;
    const bool is_unknown =
        !mine && (mine.error().code == fault::fenced || mine.error().code == fault::unreachable);
    if (!mine && !(ended && asked_before) && !is_unknown) return mine.error();
    std::chrono::milliseconds pause{1};
    for (const auto until = clock::now() + interrupt_patience; clock::now() < until;) {
      answered<snapshot> read;
      with_.store->read(job, read.then());
      const auto seen = read.wait();
      if (!seen) return seen.error();
      if (seen->state == "interrupted") return {};
      if (seen->state != "running")
        return failure{fault::conflict, fmt::format("job \"{}\" has ended: {}", job, seen->state)};
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, std::chrono::milliseconds{20});
    }
  }
  return failure{fault::unreachable,
                 fmt::format("whether job \"{}\" was interrupted is unknown; ask again", job)};
}

} // namespace quipu
