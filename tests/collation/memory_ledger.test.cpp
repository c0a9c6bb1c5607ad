#include "tests/contract/memory_store.hpp"

#define QUIPU_CONTRACT_STORES quipu::contract::memory_store
#include "tests/contract/suite.hpp"

namespace quipu::contract {

TEST_CASE("the memory ledger completes before a call returns, and a completion may call again") {
  memory_store store;
  names order;
  store.get().apps([&](auto) {
    store.get().apps([&](auto) { order.push_back("inner"); });
    order.push_back("outer");
  });
  order.push_back("returned");
  REQUIRE(order == names{"inner", "outer", "returned"});
}

} // namespace quipu::contract
