#include "actors/warden.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace quipu {

namespace {

/// How long an engine that died is left alone: a bug that comes back must not take the whole machine.
constexpr std::chrono::seconds pause{1};

} // namespace

caf::behavior warden_actor(caf::event_based_actor* self, std::size_t count,
                           std::function<caf::actor(caf::event_based_actor*)> spawn_engine,
                           caf::actor hub, std::function<void(const std::string&)> warn) {
  const auto engines = std::make_shared<std::vector<caf::actor>>();
  const auto draining = std::make_shared<bool>(false);
  const auto add = [=] {
    auto engine = spawn_engine(self);
    self->monitor(engine);
    self->send(engine, tick{});
    self->send(hub, engine);
    engines->push_back(std::move(engine));
  };
  for (std::size_t each = 0; each < count; ++each) add();
  self->set_down_handler([=](const caf::down_msg& what) {
    std::erase_if(*engines, [&](const caf::actor& each) { return each == what.source; });
    if (*draining) return;
    warn(fmt::format("an engine died ({}); another takes its place",
                     self->system().render(what.reason)));
    self->delayed_send(self, pause, tick{});
  });
  self->set_exit_handler([=](const caf::exit_msg& what) {
    *draining = true;
    for (const auto& each : *engines) self->send_exit(each, what.reason);
    self->quit(what.reason);
  });
  return {
      [=](tick) {
        if (!*draining && engines->size() < count) add();
      },
      [=](drain) {
        *draining = true;
        for (const auto& each : *engines) self->send(each, drain{});
      },
      [=](rest_asked) -> caf::result<std::uint64_t> {
        auto answer = self->make_response_promise<std::uint64_t>();
        if (engines->empty()) {
          answer.deliver(std::uint64_t{0});
          return answer;
        }
        const auto held = std::make_shared<std::uint64_t>(0);
        const auto left = std::make_shared<std::size_t>(engines->size());
        auto one = [=](std::uint64_t jobs) mutable {
          *held += jobs;
          if (--*left == 0) answer.deliver(*held);
        };
        for (const auto& each : *engines)
          self->request(each, std::chrono::seconds{1}, rest_asked{})
              .then(one, [one = one](const caf::error&) mutable { one(0); });
        return answer;
      },
  };
}

} // namespace quipu
