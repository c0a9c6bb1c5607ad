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
  self->set_down_handler([this](const caf::down_msg& gone) {
    std::erase_if(engines_, [&](const caf::actor& each) { return each == gone.source; });
  });
  self->delayed_send(self, look_every, tick{});
  return {
      [this](publish_asked& what) { publish(what); },
      [this](retry_asked& what) {
        if (const auto request = admit(what.accepted, nullptr))
          self_->send(engine(), revive_asked{*request, std::move(what.id), random_name(2),
                                             std::move(what.failed)});
      },
      [this](start_answered& told) {
        auto found = requests_.extract(told.request);
        if (!found) return;
        auto& [accepted, ended] = found.mapped();
        // Whoever waits is noted before the end can be told.
        if (!told.refused && ended) waiters_[told.job].push_back({0, std::move(ended)});
        if (accepted)
          accepted(told.refused ? result<std::string>{*told.refused}
                                : result<std::string>{told.job});
      },
      [this](job_told& told) { tell(told.job, told.report); },
      [this](wait_asked& what) {
        waiters_[what.job].push_back({what.ticket, std::move(what.ended)});
        store_->read(what.job, [self = caf::actor{self_}](result<snapshot> got) {
          if (!got || got->state == "running") return;
          if (auto report = report_of(*got))
            caf::anon_send(self, job_told{got->job, std::move(*report)});
        });
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
        if (draining_ || engines_.empty())
          return what.done(
              failure{fault::unavailable, "the node is stopping; nothing was accepted"});
        self_->send(engine(), std::move(what));
      },
      [this](tick) {
        look();
        self_->delayed_send(self_, look_every, tick{});
      },
      [this](drain) { draining_ = true; },
  };
}

void hub_state::publish(publish_asked& what) {
  const auto request = admit(what.accepted, std::move(what.ended));
  if (!request) return;
  auto id = what.id.empty() ? random_name(2) : std::move(what.id);
  self_->send(engine(), start_asked{*request, std::move(what.topic), std::move(what.app),
                                    std::move(id), random_name(2), std::move(what.message)});
}

std::optional<std::uint64_t>
hub_state::admit(std::function<void(result<std::string>)>& accepted,
                 std::function<void(const std::string&, const json&)> ended) {
  if (draining_ || engines_.empty()) {
    accepted(failure{fault::unavailable, "the node is stopping; nothing was accepted"});
    return std::nullopt;
  }
  if (requests_.size() >= most_starts_) {
    accepted(
        failure{fault::overloaded, fmt::format("{} starts wait already; limits.starts is {}: try "
                                               "again later",
                                               requests_.size(), most_starts_)});
    return std::nullopt;
  }
  const auto request = ++last_request_;
  requests_.emplace(request, asked{std::move(accepted), std::move(ended)});
  return request;
}

void hub_state::tell(const std::string& job, const json& report) {
  auto found = waiters_.extract(job);
  if (!found) return;
  for (auto& each : found.mapped()) each.ended(job, report);
}

void hub_state::look() {
  std::size_t looked = 0;
  for (const auto& [job, waiting] : waiters_) {
    if (++looked > most_looks) break;
    store_->read(job, [self = caf::actor{self_}](result<snapshot> got) {
      if (!got || got->state == "running") return;
      if (auto report = report_of(*got))
        caf::anon_send(self, job_told{got->job, std::move(*report)});
    });
  }
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
