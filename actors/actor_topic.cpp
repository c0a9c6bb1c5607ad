#include "actors/actor_topic.hpp"

#include "actors/leg_two.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace quipu {

namespace {

using namespace std::chrono_literals;

/// A call that came back this often without having been taken up is answered for whoever does not.
constexpr int most_handed = 5;
constexpr std::chrono::milliseconds first_pause = 50ms;
constexpr std::chrono::milliseconds longest_pause = 5s;

} // namespace

caf::behavior make_actor_topic(actor_topic* self, actor_topic_state::parts with) {
  return self->state.make(self, std::move(with));
}

actor_topic_state::~actor_topic_state() {
  if (worker_) caf::anon_send_exit(worker_, caf::exit_reason::kill);
}

caf::behavior actor_topic_state::make(caf::event_based_actor* self, parts with) {
  self_ = self;
  with_ = std::move(with);
  self->set_down_handler([this](const caf::down_msg& down) {
    if (down.source == worker_) ended(down.reason);
  });
  caf::anon_send(self, tick{});
  return {
      [this](call_asked& asked) {
        auto call = with_.open->open(asked);
        waiting_.push_back({std::move(asked), caf::actor_cast<caf::actor>(self_->current_sender()),
                            std::move(call)});
        pump();
      },
      [this](const call_cancelled& what) {
        with_.open->cancel({what.job, what.activity, what.pass, what.attempt});
      },
      [this](tick) {
        if (worker_) return;
        worker_ = with_.work->spawn(self_->home_system());
        self_->monitor(worker_);
        pump();
      },
  };
}

void actor_topic_state::pump() {
  while (worker_ && !waiting_.empty() && taken_.size() < with_.most) {
    const auto number = ++last_;
    auto& next = taken_.emplace(number, std::move(waiting_.front())).first->second;
    waiting_.pop_front();
    self_->request(worker_, caf::infinite, next.with)
        .then([this, number](reply& said) { answer(number, std::move(said)); },
              [this, number](const caf::error& why) {
                if (why == caf::sec::request_receiver_down)
                  give_back(number);
                else
                  answer(number, fail(500, caf::to_string(why)));
              });
  }
}

void actor_topic_state::answer(std::uint64_t number, reply said) {
  const auto found = taken_.find(number);
  if (found == taken_.end()) return; // it ended before it answered
  auto& [asked, engine, call, handed] = found->second;
  caf::anon_send(engine, leg_two(asked, std::move(said), with_.payload_bytes));
  taken_.erase(found);
  pause_ = 0ms;
  pump();
}

/// It ended before it took this one up.
void actor_topic_state::give_back(std::uint64_t number) {
  const auto found = taken_.find(number);
  if (found == taken_.end()) return;
  if (++found->second.handed == most_handed)
    return answer(number, fail(500, fmt::format("the actor that serves \"{}\" ends before it takes "
                                                "up what it is asked",
                                                with_.topic)));
  waiting_.push_front(std::move(found->second));
  taken_.erase(found);
}

void actor_topic_state::ended(const caf::error& why) {
  const auto reason = caf::to_string(why);
  worker_ = nullptr;
  with_.warn(fmt::format("the actor that serves \"{}\" ended: {}; it is spawned again", with_.topic,
                         reason));
  // What it had not taken up has come back by now; the rest it took with it.
  for (auto& [number, each] : std::exchange(taken_, {}))
    caf::anon_send(each.engine,
                   leg_two(each.asked,
                           fail(500, fmt::format("the actor that serves \"{}\" ended: {}",
                                                 with_.topic, reason)),
                           with_.payload_bytes));
  self_->delayed_send(self_, pause_, tick{});
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
}

} // namespace quipu
