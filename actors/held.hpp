#pragma once

#include "actors/wish.hpp"
#include "collation/job.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

/// What a runner keeps of each job that it runs.
namespace quipu {

/// A commit in the making: the records of one step, or of several that were folded.
struct building {
  head stands_on{};
  event first; ///< what made the first of its steps
  write what;
  delta touched;
  std::vector<std::string> consumed;
  std::map<std::string, std::optional<obligation_row>> rows;
  std::vector<outcome> made;
  std::deque<instance> next; ///< passthroughs that may still be folded
  std::size_t bytes = 0;
};

/// A child that began with a commit of its parent and is ours.
struct newborn {
  std::string job;
  const flow* rules = nullptr;
  std::shared_ptr<class job> view;
  head at{};
};

/// What goes out when a commit's receipt is there.
struct promised {
  head makes{};
  event cause;
  std::vector<event> moot; ///< what came behind it and has no effect, unless it is refused
  std::vector<leg_one> calls;
  std::vector<instance> next;
  std::vector<newborn> children;
  std::vector<interruption> interrupts;
  std::vector<wish::trace> traces;
  std::optional<json> report;
  std::optional<std::int64_t> alarm;
  std::vector<std::string> consumed; ///< mail that is not seen again
  std::uint64_t records = 0;         ///< how many the job has with it
  std::uint64_t made = 0;            ///< how many are of this commit
};

/// A job that is run here.
struct held {
  std::shared_ptr<const plan> app;
  const flow* rules = nullptr;
  std::shared_ptr<class job> view;
  head at{}; ///< behind the newest record, sent or in the making
  std::deque<event> waiting;
  std::optional<event> current;  ///< is being stepped
  std::uint64_t step = 0;        ///< number of the step that is being made
  std::int64_t step_ms = 0;      ///< its time
  int lost = 0;                  ///< how often in a row an activity's actor died at it
  std::optional<building> draft; ///< is being folded
  std::deque<promised> out;      ///< commits without their receipts, in order
  std::map<std::pair<instance, std::uint32_t>, std::string>
      calls; ///< attempts that are with a worker now, and its topic
  std::set<std::pair<instance, std::uint32_t>>
      unmade; ///< attempts that nobody has made: their commit's receipt is lost, perhaps it still
              ///< comes; or the next commit, which is out, is the end of them
  std::set<std::string>
      unsure; ///< children that are there, and ours, if a commit is whose receipt is lost
  std::unordered_set<std::string> mail;    ///< seen
  std::optional<std::uint64_t> request;    ///< of the start, until it is answered
  std::optional<birth> unborn;             ///< the start that carries the first commit
  std::shared_ptr<const class job> failed; ///< the state that an unborn job goes on from
  bool outrun = false;         ///< something has come that the answer to the start does not have
  bool has_room = true;        ///< a new job stays with this engine
  bool rereading = false;      ///< the view cannot be trusted: wait for the store's
  std::vector<event> refused;  ///< what led to commits that were refused
  std::set<std::string> taken; ///< ids that awaits of this job asked for in vain
  std::vector<wish::interrupt> askers; ///< who waits for its end to be written
};

} // namespace quipu
