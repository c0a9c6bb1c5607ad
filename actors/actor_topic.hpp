#pragma once

#include "actors/messages.hpp"
#include "actors/open_calls.hpp"

#include <quipu/caf.hpp>

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace quipu {

/// Who serves one topic in this node with a CAF actor of the user's: spawns it, hands it up to `most` calls as requests,
/// keeps the others in order, and spawns it again when it has ended. Calls that it had taken up then are an error 500
/// that says why it ended; calls that it had not are handed to the next one. A call that nobody wants any more is not
/// handed to it.
class actor_topic_state {
public:
  struct parts {
    std::shared_ptr<const worker::behaviour> work;
    std::string topic;
    std::size_t most = 0;
    std::shared_ptr<open_calls> open;
    std::size_t payload_bytes = 0;
    std::function<void(const std::string& message)> warn;
  };

  actor_topic_state() = default;
  actor_topic_state(const actor_topic_state&) = delete;
  actor_topic_state& operator=(const actor_topic_state&) = delete;
  /// Ends the worker too.
  ~actor_topic_state();

  caf::behavior make(caf::event_based_actor* self, parts with);

  static inline const char* name = "actor_topic";

private:
  struct waiting {
    call_asked asked;
    caf::actor engine;
    std::shared_ptr<call> with;
    int handed = 0; ///< how often it came back untouched
  };

  void spawn();
  void cannot_spawn(const std::string& why);
  void try_again();
  void pump();
  void say(const waiting& to, reply said) const;
  void answer(std::uint64_t number, reply said);
  void give_back(std::uint64_t number);
  void ended(const caf::error& why);

  caf::event_based_actor* self_ = nullptr;
  parts with_;
  caf::actor worker_; ///< none while the next one is waited for
  std::deque<waiting> waiting_;
  std::unordered_map<std::uint64_t, waiting> taken_;
  std::uint64_t last_ = 0;
  /// Before it is tried again; none while calls are answered.
  std::chrono::milliseconds pause_{0};
};

using actor_topic = caf::stateful_actor<actor_topic_state>;

/// For `spawn`.
caf::behavior make_actor_topic(actor_topic* self, actor_topic_state::parts with);

} // namespace quipu
