#include "actors/hub.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <functional>
#include <utility>

namespace quipu {

namespace {

/// How many waiters' jobs are looked at in one go.
constexpr std::size_t most_looks = 1'000;
constexpr std::chrono::seconds look_every{1};
/// How often a start is given to an engine while what refuses it passes, and when again.
constexpr int most_given = 8;
constexpr std::chrono::milliseconds before_next{250};

} // namespace

caf::behavior make_hub(hub_actor* self, std::shared_ptr<ledger> store, std::size_t most_starts) {
  return self->state.make(self, std::move(store), most_starts);
}

caf::behavior hub_state::make(caf::event_based_actor* self, std::shared_ptr<ledger> store,
                              std::size_t most_starts) {
  most_starts_ = most_starts;
  self_ = self;
  store_ = std::move(store);
  random_.seed(std::random_device{}());
  self->set_down_handler([this](const caf::down_msg& gone) { lose(gone.source); });
  self->delayed_send(self, look_every, tick{});
  return {
      [this](publish_asked& what) {
        auto id = what.id.empty() ? random_name(2) : std::move(what.id);
        admit({start_asked{++last_request_, std::move(what.topic), std::move(what.app),
                           std::move(id), random_name(2), std::move(what.message)},
               std::move(what.accepted),
               {what.ticket, std::move(what.ended)},
               {}});
      },
      [this](retry_asked& what) {
        admit({revive_asked{++last_request_, std::move(what.id), random_name(2),
                            std::move(what.failed)},
               std::move(what.accepted),
               {},
               {}});
      },
      [this](start_answered& told) { accept(told); },
      [this](job_told& told) { tell(told.job, told.report); },
      [this](wait_asked& what) {
        waiters_[what.job].push_back({what.ticket, std::move(what.ended)});
        look_at(what.job);
      },
      [this](const wait_over& what) {
        const auto found = waiters_.find(what.job);
        if (found == waiters_.end()) return;
        std::erase_if(found->second,
                      [&](const waiter& each) { return each.ticket == what.ticket; });
        if (found->second.empty()) waiters_.erase(found);
      },
      [this](caf::actor& engine) {
        self_->monitor(engine);
        engines_.push_back(std::move(engine));
      },
      [this](seize_asked& what) {
        if (draining_ || engines_.empty()) return what.done(no_engine());
        self_->send(engines_[turn_++ % engines_.size()], std::move(what));
      },
      [this](tick) {
        look();
        self_->delayed_send(self_, look_every, tick{});
      },
      [this](drain) { draining_ = true; },
  };
}

failure hub_state::no_engine() const {
  return {fault::unavailable, draining_ ? "the node is stopping; nothing was accepted"
                                        : "no engine runs just now; nothing was accepted: try "
                                          "again in a second"};
}

void hub_state::admit(asked what) {
  if (draining_ || engines_.empty()) return what.accepted(no_engine());
  if (requests_.size() >= most_starts_)
    return what.accepted(
        failure{fault::overloaded, fmt::format("{} starts wait already; limits.starts is {}: try "
                                               "again later",
                                               requests_.size(), most_starts_)});
  give(requests_.emplace(last_request_, std::move(what)).first->second, {});
}

/// To the engine whose turn it is.
void hub_state::give(asked& what, std::chrono::milliseconds pause) {
  ++what.given;
  what.engine = engines_[turn_++ % engines_.size()];
  std::visit(
      [&](const auto& start) {
        if (pause.count() == 0)
          self_->send(what.engine, start);
        else
          self_->delayed_send(what.engine, pause, start);
      },
      what.what);
}

/// Another version was made active in the meantime, or the engine has lost its lease: nothing was
/// accepted, and soon there is a plan, or a lease.
void hub_state::accept(start_answered& told) {
  const auto found = requests_.find(told.request);
  if (found == requests_.end()) return;
  auto& with = found->second;
  const bool passes =
      told.refused && (told.refused->code == fault::stale || told.refused->code == fault::fenced);
  if (passes && with.given < most_given && !draining_ && !engines_.empty())
    return give(with, before_next);
  const auto answered = std::move(requests_.extract(found).mapped());
  // Whoever waits is noted before the end can be told.
  if (!told.refused && answered.end.ended) waiters_[told.job].push_back(answered.end);
  if (!answered.accepted) return;
  if (passes)
    answered.accepted(failure{fault::unavailable,
                              told.refused->message + "; nothing was accepted: try again later"});
  else if (told.refused)
    answered.accepted(*told.refused);
  else
    answered.accepted(told.job);
}

/// An engine has died: of what it had been given and has not answered nobody knows any more.
void hub_state::lose(const caf::actor_addr& engine) {
  std::erase_if(engines_, [&](const caf::actor& each) { return each == engine; });
  std::erase_if(requests_, [&](const auto& each) {
    const auto& with = each.second;
    if (with.engine != engine) return false;
    with.accepted(
        failure{fault::unreachable,
                fmt::format("the engine that was to start job \"{}\" died before it "
                            "answered; whether it has begun is unknown: ask for the job",
                            std::visit([](const auto& start) { return start.id; }, with.what))});
    return true;
  });
}

void hub_state::tell(const std::string& job, const result<json>& report) {
  auto found = waiters_.extract(job);
  if (!found) return;
  for (auto& each : found.mapped()) each.ended(job, report);
}

/// Ends that nobody told us of: an engine may have died between the commit and the telling, or was
/// another node's.
void hub_state::look() {
  auto next = waiters_.upper_bound(looked_at_);
  for (std::size_t left = std::min(most_looks, waiters_.size()); left > 0; --left, ++next) {
    if (next == waiters_.end()) next = waiters_.begin();
    looked_at_ = next->first;
    look_at(next->first);
  }
}

void hub_state::look_at(const std::string& job) {
  store_->read(job, [self = caf::actor{self_}, job](result<snapshot> got) {
    if (got && got->state == "running") return;
    if (!got && got.error().code != fault::not_found) return;
    caf::anon_send(self, job_told{job, got ? report_of(*got) : got.error()});
  });
}

std::string hub_state::random_name(int words) {
  std::string text;
  for (int word = 0; word < words; ++word)
    fmt::format_to(std::back_inserter(text), "{:016x}", random_());
  return text;
}

result<json> report_of(const snapshot& ended) {
  auto view = job::load(ended);
  if (!view) return view.error();
  json report{{"state", std::string{view->state()}}, {"data", json::object()}};
  for (const auto& [name, data] : view->data()) report["data"][name] = *data;
  if (view->end() && view->end()->error) report["error"] = *view->end()->error;
  return report;
}

} // namespace quipu
