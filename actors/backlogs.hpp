#pragma once

#include "collation/ledger.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace quipu {

/// Lets the calls go that wait in the store for a worker of the topics which this node serves: a node
/// without such a worker leaves them there, and so does one that stops. Any thread.
class backlogs {
public:
  backlogs(std::shared_ptr<ledger> store, std::vector<std::string> topics,
           std::chrono::milliseconds every = std::chrono::seconds{2});

  /// Asks the store each `every`; more often does nothing.
  void look();

private:
  std::shared_ptr<ledger> store_;
  std::vector<std::string> topics_;
  std::int64_t every_ms_;
  std::atomic<std::int64_t> next_ms_{0}; ///< by the store's time
};

} // namespace quipu
