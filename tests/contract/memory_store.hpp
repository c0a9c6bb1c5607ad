#pragma once

#include "collation/memory_ledger.hpp"
#include "tests/contract/caller.hpp"

namespace quipu::contract {

class memory_store {
public:
  ledger& get() { return store_; }
  std::atomic<std::int64_t>& time() { return time_; }
  std::vector<std::string> dump() { return store_.dump(); }

private:
  std::atomic<std::int64_t> time_{first_ms};
  memory_ledger store_{[this] { return time_.load(); }};
};

} // namespace quipu::contract
