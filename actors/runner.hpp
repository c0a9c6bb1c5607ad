#pragma once

#include "actors/held.hpp"
#include "actors/shelf.hpp"
#include "actors/wish.hpp"
#include "flows/limits.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quipu {

/// What holds for the jobs of an engine; the mode of history for those that begin there.
struct job_terms {
  step_limits limits{};
  history_mode history = history_mode::full;
  std::chrono::milliseconds stats_keep = std::chrono::hours{24 * 90}; ///< 0: for ever
  std::uint64_t records = 10'000;                                     ///< `limits.history.records`
  std::size_t room = 20'000; ///< `limits.jobs`: more are left to whoever has room
};

/// A job as the store has it, as far as a comparison goes.
struct owned_job {
  head at{};
  std::vector<quipu::mail> mail;
};

/// The jobs that one engine runs: for each its view, the events that wait for their turn and the
/// commits that are out. A state machine without I/O: told what has come, it appends what it wants
/// to `wishes`.
///
/// The order of things, for each job: an event is stepped when the one before has been; its outcome
/// is folded onto the view and committed; what the commit began (calls, children, the next
/// activities) goes out with its receipt. A hook with nothing to wait for is folded into its
/// parent's commit while no other event of the job waits.
class runner {
public:
  explicit runner(const shelf& plans, const job_terms& with = {}) : plans_(plans), terms_(with) {}

  std::vector<any_wish> wishes; ///< emptied by whoever performs them

  /// The token under which jobs are owned from now on.
  void own(token mine) { mine_ = mine; }
  void tick(std::int64_t now_ms) { now_ms_ = now_ms; }
  [[nodiscard]] std::size_t size() const noexcept { return jobs_.size(); }
  /// Jobs that are ours and cannot be run here count too.
  [[nodiscard]] bool has_room() const noexcept {
    return jobs_.size() + unread_.size() < terms_.room;
  }
  /// An activity's id, for those who tell of it; empty: the job is not here.
  [[nodiscard]] std::string_view activity(const std::string& job, std::uint32_t at) const;

  /// Somebody starts a job. The answer comes as `wish::accept` with the same number.
  void start(std::uint64_t request, const std::string& topic, const std::string& app,
             std::string id, json message, std::string gid, bool has_room);
  /// Somebody starts a failed job again: `failed` is it as it was before the step that failed. The
  /// answer comes as for `start`.
  void revive(std::uint64_t request, std::shared_ptr<const class job> failed, const std::string& id,
              std::string gid, bool has_room);
  /// The activity's actor has made the step; none: it has no effect.
  /// A step that is not the job's newest is one of an earlier life of it here.
  void stepped(const std::string& job, std::uint64_t number, std::optional<outcome> made);
  /// The activity's actor died at it: the step is made again, but for one at which they die each time.
  void step_lost(const std::string& job, std::uint64_t number);
  /// The answer to a write, named by the head that it makes.
  void started(const std::string& job, const head& made, const result<receipt>& answer);
  void committed(const std::string& job, const head& made, const result<receipt>& answer);
  /// A worker's reply to an attempt.
  void replied(const std::string& job, const instance& at, std::uint32_t attempt, answer given);
  /// Nobody serves the topic of this call.
  void shelve(const std::string& job, const instance& at, std::uint32_t attempt);
  /// A job became mine: from the ready queue, or (`dead`) from an engine that has died.
  void took(const snapshot& what, bool dead);
  /// A job was seized to be ended like this.
  void seized(const snapshot& what, json how);
  /// The same for an activity; or why not. It is answered when the end is written.
  void seized(const wish::interrupt& asked, const result<snapshot>& got);
  void popped(const std::string& job, const std::vector<mail>& got);
  /// The answer to `wish::read`.
  void reread(const std::string& job, const result<snapshot>& answer);
  /// Everything that the store says is mine, after a time in which nobody knew what it has done: a
  /// job that is at the head known here only gets its mail, every other is read anew.
  void compare(const std::unordered_map<std::string, owned_job>& there);
  /// What the store could not answer, and jobs of versions that were not known, once more.
  void look_again();
  /// The jobs of the old token are somebody else's: forget them.
  void forget_all();

private:
  held* find(const std::string& job);
  held* find_born(const std::string& job);
  void drop(const std::string& job);
  void replace(const std::string& job, held& by);
  void answer_start(const std::string& job, held& of, const result<receipt>& answer);
  void mistrust(const std::string& job, held& of);
  void read_at_rest(const std::string& job, const held& of);
  void refuse(held& of, const result<receipt>& answer);
  void look_for_unsure(const held& of);
  void look_for(const std::string& job);
  void conceive(const std::string& job, held& of, const identity& who, const value& message);
  void come_alive(const std::string& job, held& of, const identity& who);
  void go_on(const std::string& job, held& of);
  void commit(const std::string& job, held& of);
  void keep_short(const std::string& job, const held& of, const promised& now);
  void receive(const std::string& job, held& of, const receipt& got);
  std::vector<std::string> adopt(const held& of, promised& now);
  void send_out(const std::string& job, held& of, promised& now);
  void deliver(const std::string& job, held& of, const std::vector<mail>& got);
  void see(held& of, const std::vector<mail>& got);
  void call(const std::string& job, held& of, leg_one what);
  void call_off(const std::string& job, held& of, bool all);
  void resume(const std::string& job, held& of, const std::vector<mail>& got, bool rested);
  void add(held& of, building& to, outcome made);
  bool load(const snapshot& what, held& into);
  held* end(const snapshot& what, json how);
  void answer_askers(held& of, const answer& given);
  [[nodiscard]] birth give_birth(const plan& app, const offspring& child, bool mine,
                                 promised& with) const;

  /// A start that is with the store, and whose place here another job of its name has got.
  struct displaced_start {
    std::string job;
    head made{};
    std::uint64_t request = 0;
  };

  const shelf& plans_;
  job_terms terms_;
  token mine_ = 0;
  std::int64_t now_ms_ = 0;
  std::unordered_map<std::string, held> jobs_;
  std::vector<displaced_start> displaced_;
  /// To be read again: at once, or when this version is known.
  std::map<std::string, shelf::key> unread_;
  std::set<shelf::key> unknown_; ///< versions that were missed, and that was said
  std::uint64_t steps_ = 0;
  std::vector<wish::interrupt> unanswered_; ///< the store did not say what has become of them
};

} // namespace quipu
