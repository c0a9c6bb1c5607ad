#pragma once

#include "apps/examples/order/order.hpp"
#include "apps/examples/order/report.hpp"

#include <quipu/client.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace shop {

/// How far a run has come.
struct progress {
  std::size_t done = 0;
  std::size_t total = 0;
};

/// Starts one job for each order and waits for all ends, `in_flight` orders at a time. An order
/// whose job is there from an earlier run is not started again. `moved` is called on the threads of
/// the run, one call at a time.
[[nodiscard]] std::vector<outcome> run_orders(quipu::client& client,
                                              const std::vector<order>& orders,
                                              std::size_t in_flight,
                                              const std::function<void(const progress&)>& moved);

} // namespace shop
