#include "actors/backlogs.hpp"

#include <utility>

namespace quipu {

namespace {

/// Calls of one topic that are let go at once.
constexpr std::size_t batch = 1'000;

/// Until none is left, on the store's own thread: whose answers it gives is there.
void serve(ledger& store, const std::string& topic) {
  store.serve(topic, batch, [&store, topic](const result<std::size_t>& told) {
    if (told && *told == batch) serve(store, topic);
  });
}

} // namespace

backlogs::backlogs(std::shared_ptr<ledger> store, std::vector<std::string> topics,
                   std::chrono::milliseconds every)
    : store_(std::move(store)), topics_(std::move(topics)), every_ms_(every.count()) {}

void backlogs::look() {
  const auto now = store_->now();
  auto due = next_ms_.load();
  if (now < due || !next_ms_.compare_exchange_strong(due, now + every_ms_)) return;
  for (const auto& topic : topics_) serve(*store_, topic);
}

} // namespace quipu
