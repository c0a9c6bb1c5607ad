#include "actors/actor_topic.hpp"
#include "actors/answered.hpp"
#include "actors/control.hpp"
#include "actors/crew.hpp"
#include "actors/definitions.hpp"
#include "actors/engine.hpp"
#include "actors/hub.hpp"
#include "actors/ledger_actor.hpp"
#include "actors/local_client.hpp"
#include "actors/open_calls.hpp"
#include "actors/served.hpp"
#include "actors/timer.hpp"
#include "actors/topic.hpp"
#include "actors/warden.hpp"
#include "collation/memory_ledger.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"

#include <quipu/node.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <thread>

namespace quipu {

namespace {

constexpr std::string_view lmdb_scheme = "lmdb:";
constexpr std::string_view memory_store = "memory:";
constexpr std::string_view socket_name = "quipu.sock";
constexpr unsigned most_engines = 4;
constexpr std::chrono::milliseconds look{250};
/// How long `stop` waits for users' code - threads, then actors - when the drain is over.
constexpr std::chrono::milliseconds last_patience{1'000};

result<std::shared_ptr<ledger>> open_store(const node_options& with) {
  if (with.store == memory_store) return std::shared_ptr<ledger>{std::make_shared<memory_ledger>()};
  if (!with.store.starts_with(lmdb_scheme) || with.store.size() == lmdb_scheme.size())
    return failure{
        fault::bad_request,
        fmt::format("store \"{}\" is none that quipu knows; lmdb:DIR or memory: would be right",
                    with.store)};
  lmdb_ledger::options options;
  options.path = with.store.substr(lmdb_scheme.size());
  options.durable = with.sync == node_options::durability::sync ? lmdb_ledger::durability::sync
                                                                : lmdb_ledger::durability::relaxed;
  options.read_only = with.observe;
  auto opened = lmdb_ledger::open(std::move(options));
  if (!opened) return opened.error();
  return std::shared_ptr<ledger>{std::move(*opened)};
}

} // namespace

struct node::state {
  node_options options;
  std::deque<served> services;

  // Made by start, in this order; taken down in the other.
  std::shared_ptr<ledger> store;
  std::shared_ptr<shelf> plans;
  std::shared_ptr<bells> rings;
  std::shared_ptr<crew> hands;
  std::shared_ptr<open_calls> open;
  std::unique_ptr<caf::actor_system_config> config;
  std::unique_ptr<caf::actor_system> system;
  caf::actor writer;
  caf::actor timer;
  caf::actor hub;
  std::vector<caf::actor> topics;
  caf::actor warden;
  std::unique_ptr<local_client> verbs;
  std::unique_ptr<control_server> control;

  void spawn();
  caf::actor spawn(const served& what);
  void revive_backlogs();
  void stop();
};

node::node(node_options options) : state_(std::make_unique<state>()) {
  state_->options = std::move(options);
}

node::~node() { stop(); }

service node::serve(std::string topic, worker work) {
  const auto usual = work.as_actor() ? served::most_concurrency : served::usual_functions;
  auto& made = state_->services.emplace_back(served{std::move(topic), std::move(work), usual});
  return service{made.concurrency};
}

result<void> node::start() {
  auto& s = *state_;
  if (s.verbs) return failure{fault::conflict, "the node runs already"};
  if (auto fit = check(s.services); !fit) return fit;
  auto store = open_store(s.options);
  if (!store) return store.error();
  s.store = std::move(*store);
  s.plans = std::make_shared<shelf>();
  if (auto loaded = load_apps(*s.store, *s.plans); !loaded) {
    s.stop();
    return loaded.error();
  }
  if (!s.options.observe) s.spawn();
  s.verbs = std::make_unique<local_client>(
      local_client::parts{s.store, s.plans, s.hub, s.open, s.options.payload_bytes});
  if (!s.options.observe) s.revive_backlogs();
  if (s.options.listen && !s.options.observe && s.options.store.starts_with(lmdb_scheme)) {
    const std::filesystem::path directory{s.options.store.substr(lmdb_scheme.size())};
    auto control = control_server::open(directory / socket_name, *s.verbs);
    if (!control) {
      s.stop();
      return control.error();
    }
    s.control = std::move(*control);
  }
  return {};
}

void node::state::spawn() {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  config = std::make_unique<caf::actor_system_config>();
  config->add_message_types<caf::id_block::quipu_worker>();
  config->add_message_types<caf::id_block::quipu>();
  for (const auto& each : services)
    if (each.work.as_actor()) each.work.as_actor()->prepare(*config);
  config->set("scheduler.max-threads", std::size_t{options.threads != 0 ? options.threads : cores});
  system = std::make_unique<caf::actor_system>(*config);
  hands = std::make_shared<crew>();
  open = std::make_shared<open_calls>();
  rings = std::make_shared<bells>();
  store->on_bell([rings = rings](token whose) { rings->ring(whose); });
  writer = system->spawn(ledger_actor, store);
  timer = system->spawn(make_timer, store, look);
  hub = system->spawn(make_hub, store);
  std::map<std::string, caf::actor> serving;
  for (const auto& each : services) {
    topics.push_back(spawn(each));
    serving.emplace(each.topic, topics.back());
  }
  const auto count = options.engines != 0 ? options.engines : std::min(cores, most_engines);
  engine_parts parts;
  parts.plans = plans;
  parts.store = store;
  parts.writer = writer;
  parts.hub = hub;
  parts.timer = timer;
  parts.topics = std::move(serving);
  parts.rings = rings;
  parts.warn = [](const std::string& job, const std::string& message) {
    spdlog::warn("job \"{}\": {}", job, message);
  };
  parts.lease = options.lease;
  parts.look = look;
  warden = system->spawn(
      warden_actor, std::size_t{count},
      [parts](caf::event_based_actor* by) { return by->spawn(make_engine, parts); }, hub,
      [](const std::string& message) { spdlog::error("{}", message); });
  // The engines are there, and the hub knows them, when the warden has asked each of them.
  caf::scoped_actor self{*system};
  self->request(warden, options.drain, rest_asked{})
      .receive([](std::uint64_t) {}, [](const caf::error&) {});
}

caf::actor node::state::spawn(const served& what) {
  if (what.work.as_actor())
    return system->spawn(
        make_actor_topic,
        actor_topic_state::parts{what.work.as_actor(), what.topic, what.concurrency, open,
                                 options.payload_bytes,
                                 [](const std::string& message) { spdlog::warn("{}", message); }});
  return system->spawn(topic_actor, what.work.as_function(), hands, hands->open(what.concurrency),
                       open, options.payload_bytes);
}

/// Calls that waited in the store for a worker of these topics go on.
void node::state::revive_backlogs() {
  constexpr std::size_t batch = 1'000;
  for (const auto& each : services) {
    while (true) {
      answered<std::size_t> told;
      store->serve(each.topic, batch, told.then());
      const auto count = told.wait();
      if (!count || *count < batch) break;
    }
  }
}

void node::stop() { state_->stop(); }

/// New jobs are refused, calls that are out may finish; what is left goes back to the store. Then a watchdog: a thread that
/// will not end is no reason to hang for ever, the ledger has everything.
void node::state::stop() {
  control.reset();
  bool stuck = false;
  if (system) {
    caf::scoped_actor self{*system};
    self->send(hub, drain{});
    self->send(warden, drain{});
    const auto until = std::chrono::steady_clock::now() + options.drain;
    const auto at_rest = [&] {
      if (hands->busy() > 0) return false;
      std::uint64_t held = 1;
      self->request(warden, std::chrono::seconds{2}, rest_asked{})
          .receive([&](std::uint64_t jobs) { held = jobs; }, [](const caf::error&) {});
      return held == 0;
    };
    while (!at_rest() && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    open->cancel_all();
    rings->silence();
    store->on_bell(nullptr);
    for (const auto& each : topics) self->send_exit(each, caf::exit_reason::user_shutdown);
    for (const auto& each : {warden, hub, timer, writer})
      self->send_exit(each, caf::exit_reason::user_shutdown);
    // A worker actor that blocks never ends, and CAF would wait for it for ever: it is left to itself.
    const auto others = [this] { return system->registry().running() - 1; };
    const auto patient_until = std::chrono::steady_clock::now() + last_patience;
    while (others() > 0 && std::chrono::steady_clock::now() < patient_until)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    stuck = others() > 0;
  }
  verbs.reset();
  topics.clear();
  warden = hub = timer = writer = nullptr;
  if (stuck) {
    spdlog::warn("a worker's actor does not end; it is left to itself");
    (void)system.release();
    (void)config.release();
  }
  if (hands && !hands->end(last_patience))
    spdlog::warn("{} calls to workers still run and are left to themselves; they are made again at "
                 "the next start",
                 hands->busy());
  hands.reset();
  system.reset();
  config.reset();
  store.reset();
  plans.reset();
  rings.reset();
}

quipu::client& node::client() { return *state_->verbs; }

} // namespace quipu
