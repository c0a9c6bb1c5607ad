#pragma once

#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace quipu {

/// Where callers come in: spreads starts over the engines and tells those who wait of the ends.
class hub_state {
public:
  caf::behavior make(caf::event_based_actor* self, std::shared_ptr<ledger> store,
                     std::size_t most_starts);

  static inline const char* name = "hub";

private:
  struct waiter {
    std::uint64_t ticket = 0;
    end_told ended;
  };
  /// A start that an engine has, until it answers.
  struct asked {
    std::variant<start_asked, revive_asked> what;
    std::function<void(result<std::string>)> accepted;
    waiter end;        ///< `ended` none: nobody waits
    caf::actor engine; ///< who has it
    int given = 0;     ///< how often it was given to one
  };

  /// Gives a start to an engine, unless it is refused.
  void admit(asked what);
  void give(asked& what, std::chrono::milliseconds pause);
  void accept(start_answered& told);
  void lose(const caf::actor_addr& engine);
  [[nodiscard]] failure no_engine() const;
  void tell(const std::string& job, const result<json>& report);
  void look_at(const std::string& job);
  /// Ends that nobody told us of: an engine may have died between the commit and the telling.
  void look();
  [[nodiscard]] std::string random_name(int words);

  caf::event_based_actor* self_ = nullptr;
  std::shared_ptr<ledger> store_;
  std::vector<caf::actor> engines_;
  std::unordered_map<std::uint64_t, asked> requests_;
  std::map<std::string, std::vector<waiter>> waiters_;
  std::string looked_at_; ///< up to whom they have been looked at
  std::uint64_t last_request_ = 0;
  std::size_t turn_ = 0;
  std::size_t most_starts_ = 0;
  bool draining_ = false;
  std::mt19937_64 random_;
};

using hub_actor = caf::stateful_actor<hub_state>;

/// `most_starts`: limits.starts, starts that have not been answered; more are refused.
caf::behavior make_hub(hub_actor* self, std::shared_ptr<ledger> store, std::size_t most_starts);

/// {state, data, error?} of a job that has ended, as its end was told.
[[nodiscard]] result<json> report_of(const snapshot& ended);

} // namespace quipu
