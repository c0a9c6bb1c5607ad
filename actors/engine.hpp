#pragma once

#include "actors/backlogs.hpp"
#include "actors/bells.hpp"
#include "actors/logger.hpp"
#include "actors/runner.hpp"
#include "actors/shared_messages.hpp"
#include "actors/solitude.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

namespace quipu {

/// Everything that an engine works with; the node makes it.
struct engine_parts {
  std::shared_ptr<const shelf> plans;
  std::shared_ptr<ledger>
      store;         ///< for its time only; everything else goes through the ledger actor
  caf::actor writer; ///< the ledger actor
  caf::actor hub;
  caf::actor timer;
  caf::actor archivist;                     ///< none: histories grow
  std::shared_ptr<solitude> alone;          ///< none: nobody dies under a call here
  std::shared_ptr<backlogs> left;           ///< none: no other node leaves a call to this one
  std::map<std::string, caf::actor> topics; ///< who serves what, in this node
  std::shared_ptr<bells> rings;             ///< tells it of mail
  std::shared_ptr<const logger> log;        ///< none: it says nothing
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds look{250}; ///< how often queues are looked at without a bell
  job_terms terms;
  std::uint64_t seed = 0; ///< of its tokens; 0: drawn from the machine
};

/// Performs what its runner wants: a thin shell of messages around a state machine.
class engine_state {
public:
  caf::behavior make(caf::event_based_actor* self, engine_parts parts);

  /// Who makes the steps, for tests that kill them.
  [[nodiscard]] std::vector<caf::actor> activities() const;

  static inline const char* name = "engine";

private:
  void begin_token();
  void look();
  void compare(std::string after);
  void compare(jobs_owned& got);
  void perform();
  void perform(wish::step& what);
  void perform(wish::start& what);
  void perform(wish::commit& what);
  void perform(wish::call& what);
  void perform(wish::cancel& what);
  void perform(wish::read& what);
  void perform(wish::accept& what);
  void perform(wish::tell& what);
  void perform(wish::alarm& what);
  void perform(wish::interrupt& what);
  void perform(wish::condense& what);
  void perform(wish::warn& what);
  void perform(wish::trace& what);
  void tell_of(const write_done& done) const;
  void tell_of(const call_answered& said) const;
  [[nodiscard]] caf::actor activity_of(const wish::step& what);
  void activity_died(const caf::down_msg& what);

  struct busy_activity {
    caf::actor actor;
    std::unordered_map<std::uint64_t, std::string> steps; ///< that are with it, and whose
  };
  using activity_key = std::pair<const flow*, std::uint32_t>;
  struct activity_hash {
    std::size_t operator()(const activity_key& key) const noexcept {
      return std::hash<const void*>{}(key.first) ^ (std::size_t{key.second} * 0x9e3779b97f4a7c15U);
    }
  };

  caf::event_based_actor* self_ = nullptr;
  engine_parts parts_;
  std::unique_ptr<runner> runner_;
  std::mt19937_64 random_;
  token mine_ = 0;
  bool leased_ = false;
  std::unordered_map<std::string, owned_job> owned_; ///< what has come of a comparison
  bool draining_ = false;
  std::optional<caf::typed_response_promise<std::uint64_t>>
      leaving_; ///< whom to tell that it has left
  std::unordered_map<activity_key, busy_activity, activity_hash> activities_;
  std::unordered_map<std::uint64_t, activity_key> stepping_; ///< which activity has a step
};

using engine_actor = caf::stateful_actor<engine_state>;

/// For `spawn`.
caf::behavior make_engine(engine_actor* self, engine_parts parts);

} // namespace quipu
