#pragma once

#include "redis_bridge/redis_ledger.hpp"
#include "tests/contract/caller.hpp"
#include "tests/redis_bridge/server.hpp"

#include <atomic>

namespace quipu::contract {

inline redis_ledger::options at(const server& where) {
  redis_ledger::options with;
  with.at.path = where.socket();
  return with;
}

/// Opens, or fails the test with the reason.
inline std::unique_ptr<redis_ledger> opened(redis_ledger::options with) {
  auto store = redis_ledger::open(std::move(with));
  INFO((store ? "" : store.error().message));
  REQUIRE(store.ok());
  return std::move(*store);
}

class redis_store {
public:
  redis_store() {
    (void)look_({"FLUSHALL"});
    auto with = at(shared_server());
    with.clock = [this] { return time_.load(); };
    store_ = opened(std::move(with));
  }

  ledger& get() { return *store_; }
  std::atomic<std::int64_t>& time() { return time_; }
  std::vector<std::string> dump() { return look_.dump(); }

private:
  std::atomic<std::int64_t> time_{first_ms};
  probe look_{shared_server().look()};
  std::unique_ptr<redis_ledger> store_;
};

} // namespace quipu::contract
