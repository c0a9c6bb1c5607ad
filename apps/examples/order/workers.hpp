#pragma once

#include <quipu/node.hpp>

#include <chrono>
#include <filesystem>
#include <memory>

namespace shop {

/// A line for each call of a worker, appended to a file in one write: what was called, with which
/// key and input. What a shop would have in its payment provider's log.
class call_log {
public:
  /// An empty path: nothing is written.
  explicit call_log(const std::filesystem::path& file);
  ~call_log();
  call_log(const call_log&) = delete;
  call_log& operator=(const call_log&) = delete;

  void note(const quipu::call& call) const;

private:
  int file_ = -1;
};

/// Serves every topic of configs/order/order.yaml. `log` must outlive the node; a payment takes
/// about `payment`.
void serve(quipu::node& node, const call_log& log, std::chrono::milliseconds payment);

} // namespace shop
