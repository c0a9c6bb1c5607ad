#pragma once

#include "actors/engine.hpp"
#include "actors/hub.hpp"
#include "actors/ledger_actor.hpp"
#include "actors/timer.hpp"
#include "collation/memory_ledger.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"

#include <quipu/reply.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace quipu {

/// Engines over the memory ledger on CAF's test coordinator: one thread, a clock that the test owns, no sleeping.
class conversation {
public:
  struct testing_config : caf::actor_system_config {
    testing_config() {
      set("scheduler.policy", caf::atom("testing"));
      add_message_types<caf::id_block::quipu>();
    }
  };

  explicit conversation(const std::string& app, int engines_to_begin = 1,
                        std::size_t most_starts = 1'000)
      : engine_count(engines_to_begin) {
    findings faults;
    const auto root = read_text(app, "test.yaml", faults);
    REQUIRE(root);
    const auto read = read_definition(*root, faults);
    for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
    REQUIRE(read);
    auto made = compile(*read, faults);
    for (const auto& each : faults.all()) UNSCOPED_INFO(to_string(each));
    REQUIRE(made);
    app_version kept{made->app, made->version, "hash", "{}", made->public_topics(), true};
    store->deploy(kept, [](const result<void>& done) { REQUIRE(done); });
    store->activate(made->app, made->version, [](const result<void>& done) { REQUIRE(done); });
    plans->put(made);
    plans->activate(made->app, made->version);
    store->on_bell([rings = rings](token whose) { rings->ring(whose); });
    writer = system.spawn(ledger_actor, std::shared_ptr<ledger>{store});
    timer =
        system.spawn(make_timer, std::shared_ptr<ledger>{store}, std::chrono::milliseconds{250});
    hub = system.spawn(make_hub, std::shared_ptr<ledger>{store}, most_starts);
  }

  ~conversation() {
    rings->silence();
    for (const auto& each : engines) caf::anon_send_exit(each, caf::exit_reason::kill);
    for (const auto& [topic, each] : workers) caf::anon_send_exit(each, caf::exit_reason::kill);
    for (const auto& each : {hub, timer, writer}) caf::anon_send_exit(each, caf::exit_reason::kill);
    run();
  }

  /// Answers calls on `topic` at once, and notes their idempotency and attempt.
  void serve(const std::string& topic, std::function<reply(const call_asked&)> work) {
    workers[topic] = system.spawn([this, work](caf::event_based_actor* self) -> caf::behavior {
      return {[this, work, self](const call_asked& asked) {
        calls.push_back(asked);
        const auto said = work(asked);
        self->send(caf::actor_cast<caf::actor>(self->current_sender()),
                   call_answered{asked.job, asked.activity, asked.pass, asked.attempt,
                                 static_cast<std::uint8_t>(said.is), said.code, value{said.data}});
      }};
    });
  }

  /// Engines begin with what is served by then.
  void begin() {
    for (int each = 0; each < engine_count; ++each) add_engine();
  }

  caf::actor add_engine() {
    engine_parts parts;
    parts.plans = plans;
    parts.store = store;
    parts.writer = writer;
    parts.hub = hub;
    parts.timer = timer;
    parts.topics = workers;
    std::vector<std::string> served;
    for (const auto& [topic, work] : workers) served.push_back(topic);
    parts.left = std::make_shared<backlogs>(store, std::move(served));
    parts.rings = rings;
    parts.seed = ++seed;
    engines.push_back(system.spawn(make_engine, std::move(parts)));
    caf::anon_send(engines.back(), tick{});
    caf::anon_send(hub, engines.back());
    return engines.back();
  }

  void publish(const std::string& topic, json data, const std::string& id) {
    caf::anon_send(hub, publish_asked{topic, "", id, value{std::move(data)},
                                      [this, id](const result<std::string>& answer) {
                                        accepted.insert_or_assign(id, answer);
                                      },
                                      0,
                                      [this](const std::string& job, const result<json>& report) {
                                        ends.insert_or_assign(job, report.value());
                                        ++told[job];
                                      }});
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  void run() { scheduler().run(); }
  /// Time passes for actors and for the store; everything that comes due happens.
  void pass(std::chrono::milliseconds time) {
    for (std::chrono::milliseconds gone{0}; gone < time; gone += step) {
      now_ms += step.count();
      scheduler().clock().advance_time(step);
      run();
    }
  }

  snapshot stored(const std::string& job) {
    std::optional<snapshot> found;
    store->read(job, [&](result<snapshot> got) {
      REQUIRE(got);
      found = std::move(*got);
    });
    return *found;
  }
  std::string key(const std::string& job) { return quipu::job::load(stored(job)).value().key(); }

  static constexpr std::chrono::milliseconds step{50};
  std::int64_t now_ms = 1'700'000'000'000;
  std::shared_ptr<memory_ledger> store = std::make_shared<memory_ledger>([this] { return now_ms; });
  std::shared_ptr<shelf> plans = std::make_shared<shelf>();
  std::shared_ptr<bells> rings = std::make_shared<bells>();
  testing_config config;
  caf::actor_system system{config};
  caf::actor writer, timer, hub;
  std::map<std::string, caf::actor> workers;
  std::vector<caf::actor> engines;
  int engine_count = 1;
  std::uint64_t seed = 0;

  std::vector<call_asked> calls;
  std::map<std::string, result<std::string>> accepted;
  std::map<std::string, json> ends;
  std::map<std::string, int> told;
};

} // namespace quipu
