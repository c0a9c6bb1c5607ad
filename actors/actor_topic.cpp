#include "actors/actor_topic.hpp"

#include "actors/leg_two.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
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
        if (!worker_) spawn();
        pump();
      },
  };
}

/// What the constructor of the user's actor throws is thrown here.
void actor_topic_state::spawn() {
  try {
    worker_ = with_.work->spawn(self_->home_system());
    self_->monitor(worker_);
  } catch (const std::exception& e) {
    cannot_spawn(e.what());
  } catch (...) {
    cannot_spawn("it threw something that is no std::exception");
  }
}

void actor_topic_state::cannot_spawn(const std::string& why) {
  with_.warn(fmt::format("the actor that serves \"{}\" cannot be spawned: {}; it is tried again",
                         with_.topic, why));
  std::deque<waiting> kept;
  for (auto& each : std::exchange(waiting_, {})) {
    if (++each.handed == most_handed)
      say(each, fail(500, fmt::format("the actor that serves \"{}\" cannot be spawned: {}",
                                      with_.topic, why)));
    else
      kept.push_back(std::move(each));
  }
  waiting_ = std::move(kept);
  try_again();
}

void actor_topic_state::try_again() {
  self_->delayed_send(self_, pause_, tick{});
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
}

void actor_topic_state::say(const waiting& to, reply said) const {
  caf::anon_send(to.engine, leg_two(to.asked, std::move(said), with_.payload_bytes));
}

void actor_topic_state::pump() {
  while (worker_ && !waiting_.empty() && taken_.size() < with_.most) {
    if (waiting_.front().with->cancelled()) { // it has waited too long
      waiting_.pop_front();
      continue;
    }
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
  say(found->second, std::move(said));
  taken_.erase(found);
  pause_ = 0ms;
  pump();
}

/// It ended before it took this one up; or somebody to whom it delegates did, and it lives.
void actor_topic_state::give_back(std::uint64_t number) {
  const auto found = taken_.find(number);
  if (found == taken_.end()) return;
  if (++found->second.handed == most_handed)
    return answer(number, fail(500, fmt::format("the actor that serves \"{}\" ends before it takes "
                                                "up what it is asked",
                                                with_.topic)));
  waiting_.push_front(std::move(found->second));
  taken_.erase(found);
  if (worker_) try_again();
}

void actor_topic_state::ended(const caf::error& why) {
  const auto reason = caf::to_string(why);
  worker_ = nullptr;
  with_.warn(fmt::format("the actor that serves \"{}\" ended: {}; it is spawned again", with_.topic,
                         reason));
  // What it had not taken up has come back by now; the rest it took with it.
  for (auto& [number, each] : std::exchange(taken_, {}))
    say(each,
        fail(500, fmt::format("the actor that serves \"{}\" ended: {}", with_.topic, reason)));
  try_again();
}

} // namespace quipu
