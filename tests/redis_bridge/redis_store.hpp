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
  explicit redis_store(unsigned partitions = 1) {
    (void)look_({"FLUSHALL"});
    auto with = at(shared_server());
    with.at.partitions = partitions;
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

/// The same of eight partitions. What they have sent to each other is kept for a while, whatever
/// becomes of it: it is no row of the contract.
class redis_store_of_eight : public redis_store {
public:
  static constexpr unsigned partitions = 8;

  redis_store_of_eight() : redis_store{partitions} {}

  std::vector<std::string> dump() {
    auto all = redis_store::dump();
    std::erase_if(all, [](const std::string& line) {
      const auto table = line.substr(0, line.find(' '));
      return table == "out" || table == "in" || table == "seen" || table == "meta";
    });
    return all;
  }
};

} // namespace quipu::contract
