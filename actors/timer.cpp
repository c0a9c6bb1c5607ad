#include "actors/timer.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace quipu {

namespace {
constexpr std::size_t batch = 256;
} // namespace

caf::behavior make_timer(timer_actor* self, std::shared_ptr<ledger> store,
                         std::chrono::milliseconds look) {
  return self->state.make(self, std::move(store), look);
}

caf::behavior timer_state::make(caf::event_based_actor* self, std::shared_ptr<ledger> store,
                                std::chrono::milliseconds look) {
  self_ = self;
  store_ = std::move(store);
  self->send(self, tick{});
  return {
      [this](const alarm_set& set) { look_at(set.due_ms); },
      [this, look](tick) {
        // Not before its time, even when the clock that wakes us runs fast.
        const auto now = store_->now();
        const bool awaited =
            self_->clock().now() >= wakes_; // others come of looks that were put off
        if (const auto next = next_ms_; next && (*next <= now || awaited)) {
          next_ms_.reset();
          if (*next > now) look_at(*next); // the store's clock has fallen behind
        }
        store_->due(now, batch, [self = caf::actor{self_}](result<fired> answer) {
          if (!answer) return;
          if (answer->count == batch) caf::anon_send(self, tick{});
          if (answer->next_due_ms) caf::anon_send(self, alarm_set{*answer->next_due_ms});
        });
        // A wake-up that was lost costs one look at most.
        if (!next_ms_) look_at(now + look.count());
      },
  };
}

void timer_state::look_at(std::int64_t due_ms) {
  if (next_ms_ && *next_ms_ <= due_ms) return;
  next_ms_ = due_ms;
  const auto wait = std::max<std::int64_t>(0, due_ms - store_->now());
  const std::chrono::milliseconds in{std::min<std::int64_t>(wait, 3'600'000)};
  wakes_ = self_->clock().now() + in;
  self_->delayed_send(self_, in, tick{});
}

} // namespace quipu
