#include "actors/warden.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace quipu {

namespace {

/// How long an engine that died is left alone: a bug that comes back must not take the whole machine.
constexpr std::chrono::seconds pause{1};

} // namespace

caf::behavior warden_actor(caf::event_based_actor* self, warden_parts parts) {
  const auto with = std::make_shared<const warden_parts>(std::move(parts));
  const auto engines = std::make_shared<std::vector<caf::actor>>();
  const auto draining = std::make_shared<bool>(false);
  const auto add = [=] {
    auto engine = with->spawn_engine(self);
    self->monitor(engine);
    self->send(engine, tick{});
    self->send(with->hub, engine);
    engines->push_back(std::move(engine));
  };
  for (std::size_t each = 0; each < with->engines; ++each) add();
  for (const auto& [called, actor] : with->vital) self->monitor(actor);
  self->set_down_handler([=](const caf::down_msg& what) {
    const auto is_engine =
        std::erase_if(*engines, [&](const caf::actor& each) { return each == what.source; });
    if (*draining) return;
    const auto why = self->system().render(what.reason);
    if (is_engine > 0) {
      with->warn(fmt::format("an engine died ({}); another takes its place", why));
      return self->delayed_send(self, pause, tick{});
    }
    for (const auto& [called, actor] : with->vital)
      if (actor == what.source) with->fail(fmt::format("{} died ({})", called, why));
  });
  self->set_exit_handler([=](const caf::exit_msg& what) {
    *draining = true;
    for (const auto& each : *engines) self->send_exit(each, what.reason);
    self->quit(what.reason);
  });
  const auto of_all = [=](auto asked) -> caf::result<std::uint64_t> {
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
      self->request(each, std::chrono::seconds{1}, asked)
          .then(one, [one](const caf::error&) mutable { one(0); });
    return answer;
  };
  return {
      [=](tick) {
        if (!*draining && engines->size() < with->engines) add();
      },
      [=](drain) {
        *draining = true;
        for (const auto& each : *engines) self->send(each, drain{});
      },
      [=](rest_asked asked) { return of_all(asked); },
      [=](leave_asked asked) { return of_all(asked); },
  };
}

} // namespace quipu
