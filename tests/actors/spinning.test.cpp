#include "actors/spinning.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <thread>

using namespace quipu;

namespace {

constexpr std::chrono::seconds patience{30};

caf::actor_system_config two_threads() {
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{2});
  config.load<caf::scheduler::coordinator<spinning>>();
  return config;
}

} // namespace

TEST_CASE("what waits behind an actor that blocks its thread is done by another thread") {
  auto config = two_threads();
  caf::actor_system system{config};
  for (int round = 0; round < 20; ++round) {
    const auto done = std::make_shared<std::promise<void>>();
    const auto seen = std::make_shared<std::promise<bool>>();
    const auto behind = system.spawn([done](caf::event_based_actor* self) {
      return caf::behavior{[done, self](caf::ok_atom) {
        done->set_value();
        self->quit();
      }};
    });
    const auto blocks = system.spawn([done, seen, behind](caf::event_based_actor* self) {
      return caf::behavior{[done, seen, behind, self](caf::ok_atom) {
        self->send(behind, caf::ok_atom_v);
        seen->set_value(done->get_future().wait_for(patience) == std::future_status::ready);
        self->quit();
      }};
    });
    caf::anon_send(blocks, caf::ok_atom_v);
    REQUIRE(seen->get_future().get());
  }
}

TEST_CASE("threads that sleep are woken by what comes from outside") {
  auto config = two_threads();
  config.set("work-stealing.relaxed-sleep-duration", caf::timespan{std::chrono::hours{1}});
  caf::actor_system system{config};
  for (int round = 0; round < 50; ++round) {
    const auto done = std::make_shared<std::promise<void>>();
    const auto asked = system.spawn([done](caf::event_based_actor* self) {
      return caf::behavior{[done, self](caf::ok_atom) {
        done->set_value();
        self->quit();
      }};
    });
    // Long enough for both to have stopped spinning, most of the time; it holds in any case.
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    caf::anon_send(asked, caf::ok_atom_v);
    REQUIRE(done->get_future().wait_for(patience) == std::future_status::ready);
  }
}
