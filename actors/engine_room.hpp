#pragma once

#include "actors/bells.hpp"
#include "actors/breakdown.hpp"
#include "actors/crew.hpp"
#include "actors/logger.hpp"
#include "actors/open_calls.hpp"
#include "actors/served.hpp"
#include "actors/shelf.hpp"

#include <quipu/options.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {

struct engine_parts;

/// Everything of a node that runs jobs: its actors, and the threads of its workers. It is drained before it ends.
class engine_room {
public:
  struct parts {
    node_options options;
    const std::deque<served>* services = nullptr; ///< outlives the room
    std::shared_ptr<ledger> store;
    std::shared_ptr<shelf> plans;
    std::shared_ptr<const logger> log;
    std::shared_ptr<breakdown>
        broken; ///< is told which actor died that the node cannot go on without
  };

  /// The engines are there, and the hub knows them, when it returns.
  explicit engine_room(parts with);
  engine_room(const engine_room&) = delete;
  engine_room& operator=(const engine_room&) = delete;
  ~engine_room() = default;

  [[nodiscard]] const caf::actor& hub() const noexcept { return hub_; }
  [[nodiscard]] const std::shared_ptr<open_calls>& calls() const noexcept { return calls_; }

  /// New jobs are refused, calls that are out may finish until the time for that is over or somebody is
  /// in a hurry; what is left goes back to the store, and the actors end.
  void drain(const std::function<bool()>& in_a_hurry);
  /// Waits a moment for what users' code still runs. Then it is left to itself, with everything it uses: a thread that
  /// will not end is no reason to hang for ever, the ledger has everything.
  void end();

private:
  void set_up();
  [[nodiscard]] engine_parts of_an_engine();
  [[nodiscard]] caf::actor spawn(const served& what);
  void guard(engine_parts each);
  [[nodiscard]] bool at_rest();
  void warn(std::string_view message) const;

  parts with_;
  // Made in this order; taken down in the other.
  std::shared_ptr<bells> rings_ = std::make_shared<bells>();
  std::shared_ptr<crew> hands_ = std::make_shared<crew>();
  std::shared_ptr<open_calls> calls_;
  std::unique_ptr<caf::actor_system_config> config_ = std::make_unique<caf::actor_system_config>();
  std::unique_ptr<caf::actor_system> system_;
  caf::actor writer_;
  caf::actor timer_;
  caf::actor archivist_;
  caf::actor hub_;
  std::map<std::string, caf::actor> topics_;
  caf::actor librarian_; ///< of a store that others write to
  caf::actor warden_;
  bool stuck_ = false; ///< an actor of a user does not end
};

} // namespace quipu
