#pragma once

#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace quipu {

/// Where callers come in: spreads starts over the engines and tells those who wait of the ends.
class hub_state {
public:
  caf::behavior make(caf::event_based_actor* self, std::shared_ptr<ledger> store,
                     std::size_t most_starts);

  static inline const char* name = "hub";

private:
  struct asked {
    std::function<void(result<std::string>)> accepted;
    std::function<void(const std::string&, const json&)> ended;
  };
  struct waiter {
    std::uint64_t ticket = 0;
    std::function<void(const std::string&, const json&)> ended;
  };

  void publish(publish_asked& what);
  /// A number for a start whose answer will come; none: it is refused, and that is told.
  std::optional<std::uint64_t> admit(std::function<void(result<std::string>)>& accepted,
                                     std::function<void(const std::string&, const json&)> ended);
  /// The one whose turn it is.
  const caf::actor& engine() { return engines_[turn_++ % engines_.size()]; }
  void tell(const std::string& job, const json& report);
  /// Ends that nobody told us of: an engine may have died between the commit and the telling.
  void look();
  [[nodiscard]] std::string random_name(int words);

  caf::event_based_actor* self_ = nullptr;
  std::shared_ptr<ledger> store_;
  std::vector<caf::actor> engines_;
  std::unordered_map<std::uint64_t, asked> requests_;
  std::unordered_map<std::string, std::vector<waiter>> waiters_;
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
