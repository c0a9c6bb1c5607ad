#include "actors/backlogs.hpp"

#include <utility>

namespace quipu {

namespace {

constexpr std::int64_t look_every_ms = 2'000;
/// Calls of one topic that are let go at once; where there are more it is looked again at once.
constexpr std::size_t batch = 1'000;

} // namespace

backlogs::backlogs(std::shared_ptr<ledger> store, std::vector<std::string> topics)
    : store_(std::move(store)), topics_(std::move(topics)),
      next_ms_(std::make_shared<std::atomic<std::int64_t>>(0)) {}

void backlogs::look() {
  const auto now = store_->now();
  auto due = next_ms_->load();
  if (now < due || !next_ms_->compare_exchange_strong(due, now + look_every_ms)) return;
  for (const auto& topic : topics_)
    store_->serve(topic, batch, [next = next_ms_](result<std::size_t> told) {
      if (told && *told == batch) next->store(0);
    });
}

} // namespace quipu
