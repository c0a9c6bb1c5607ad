#include "actors/actor_topic.hpp"
#include "actors/answered.hpp"
#include "actors/archivist.hpp"
#include "actors/control.hpp"
#include "actors/crew.hpp"
#include "actors/definitions.hpp"
#include "actors/engine.hpp"
#include "actors/hub.hpp"
#include "actors/ledger_actor.hpp"
#include "actors/librarian.hpp"
#include "actors/limits.hpp"
#include "actors/local_client.hpp"
#include "actors/logger.hpp"
#include "actors/open_calls.hpp"
#include "actors/open_store.hpp"
#include "actors/served.hpp"
#include "actors/serving.hpp"
#include "actors/settings/amount.hpp"
#include "actors/settings/launch.hpp"
#include "actors/spinning.hpp"
#include "actors/stop_signal.hpp"
#include "actors/timer.hpp"
#include "actors/topic.hpp"
#include "actors/warden.hpp"
#include "collation/utf8.hpp"

#include <quipu/node.hpp>
#include <quipu/version.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace quipu {

namespace {

constexpr unsigned most_engines = 4;
constexpr std::chrono::milliseconds look{250};
/// How long `stop` waits for users' code - threads, then actors - when the drain is over.
constexpr std::chrono::milliseconds last_patience{1'000};

result<void> deploy_active(client& to, const std::string& file) {
  const auto deployed = to.deploy(file);
  if (!deployed) return deployed.error();
  return to.activate(deployed->app, deployed->version);
}

} // namespace

struct node::state {
  node_options options;
  std::optional<launch> called; ///< as a program
  std::shared_ptr<const logger> log;
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
  caf::actor archivist;
  caf::actor hub;
  std::vector<caf::actor> topics;
  caf::actor warden;
  caf::actor librarian; ///< of a store that others write to
  std::unique_ptr<local_client> verbs;
  std::unique_ptr<control_server> control;

  result<void> begin();
  result<void> deploy();
  result<void> listen();
  void spawn();
  caf::actor spawn(const served& what);
  void revive_backlogs();
  void stop();
  std::function<bool()> in_a_hurry; ///< ends the drain

  [[nodiscard]] result<void> check() const;
  void tell_start() const;
  void say(log_level level, std::string_view message) const {
    if (log) log->say(component::node, level, message);
  }
};

node::node(node_options options) : state_(std::make_unique<state>()) {
  state_->options = std::move(options);
}

node::node(int argc, char** argv, node_options defaults) : state_(std::make_unique<state>()) {
  state_->called = launch::read(argc, argv, environ, std::move(defaults));
  state_->options = state_->called->settings.options();
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
  if (auto fit = s.check(); !fit) return fit;
  // Whoever finds the socket finds the apps too.
  for (const auto step : {&state::begin, &state::deploy, &state::listen})
    if (auto done = (s.*step)(); !done) {
      s.stop();
      return done;
    }
  return {};
}

/// Everything but the socket.
result<void> node::state::begin() {
  log = std::make_shared<const logger>(options.log);
  auto opened = open_store(options, [log = log](const std::string& message) {
    log->say(component::store, log_level::warning, message);
  });
  if (!opened) return opened.error();
  store = std::move(*opened);
  plans = std::make_shared<shelf>();
  if (auto loaded = load_apps(*store, *plans); !loaded) return loaded;
  if (!options.observe) spawn();
  verbs = std::make_unique<local_client>(local_client::parts{
      store, plans, hub, open, options.limits.payload_bytes, definition_limits(options.limits)});
  if (!options.observe) revive_backlogs();
  return {};
}

result<void> node::state::deploy() {
  if (called)
    for (const auto& file : called->words.deploys)
      if (auto done = deploy_active(*verbs, file); !done) return done;
  return {};
}

result<void> node::state::listen() {
  const auto socket = socket_of(options);
  if (socket.empty()) return {};
  auto opened = control_server::open(
      socket, *verbs, {options.limits.control_bytes, options.limits.control_connections}, log);
  if (!opened) return opened.error();
  control = std::move(*opened);
  return {};
}

void node::state::spawn() {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  config = std::make_unique<caf::actor_system_config>();
  config->add_message_types<caf::id_block::quipu_worker>();
  config->add_message_types<caf::id_block::quipu>();
  config->add_message_types<caf::id_block::quipu_shared>();
  for (const auto& each : services)
    if (each.work.as_actor()) each.work.as_actor()->prepare(*config);
  config->set("scheduler.max-threads", std::size_t{options.threads != 0 ? options.threads : cores});
  config->load<caf::scheduler::coordinator<spinning>>();
  system = std::make_unique<caf::actor_system>(*config);
  hands = std::make_shared<crew>();
  open = std::make_shared<open_calls>();
  rings = std::make_shared<bells>();
  store->on_bell([rings = rings](token whose) { rings->ring(whose); });
  if (auto* shared = dynamic_cast<shared_ledger*>(store.get()))
    shared->on_doubt([rings = rings] { rings->doubt(); });
  writer = system->spawn(ledger_actor, store);
  timer = system->spawn(make_timer, store, look);
  archivist = system->spawn(
      make_archivist, store, [log = log](const std::string& job, const std::string& message) {
        log->say(component::engine, log_level::warning, message, {.job = job});
      });
  hub = system->spawn(make_hub, store, options.limits.starts);
  std::map<std::string, caf::actor> serving;
  std::vector<std::string> served;
  for (const auto& each : services) {
    served.push_back(each.topic);
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
  parts.archivist = archivist;
  parts.alone = std::make_shared<solitude>(store, served, options.lease);
  parts.left = std::make_shared<backlogs>(store, served);
  parts.topics = std::move(serving);
  parts.rings = rings;
  parts.log = log;
  parts.lease = options.lease;
  parts.look = look;
  parts.room = options.limits.jobs;
  parts.terms = {job_limits(options.limits), options.history, options.stats_keep,
                 options.limits.history_records};
  parts.terms.limits.partitions = store->partitions();
  warden = system->spawn(
      warden_actor, std::size_t{count},
      [parts](caf::event_based_actor* by) { return by->spawn(make_engine, parts); }, hub,
      [log = log](const std::string& message) {
        log->say(component::engine, log_level::error, message);
      });
  if (is_shared(options.store))
    librarian = system->spawn(make_librarian, librarian_parts{store, plans, served, log});
  // The engines are there, and the hub knows them, when the warden has asked each of them.
  caf::scoped_actor self{*system};
  self->request(warden, options.drain, rest_asked{})
      .receive([](std::uint64_t) {}, [](const caf::error&) {});
}

caf::actor node::state::spawn(const served& what) {
  const auto warn = [log = log](const std::string& message) {
    log->say(component::worker, log_level::warning, message);
  };
  if (what.work.as_actor())
    return system->spawn(make_actor_topic, actor_topic_state::parts{
                                               what.work.as_actor(), what.topic, what.concurrency,
                                               open, options.limits.payload_bytes, warn});
  return system->spawn(topic_actor, what.work.as_function(), hands, hands->open(what.concurrency),
                       open, options.limits.payload_bytes);
}

/// What is wrong with how the node was made, all of it.
result<void> node::state::check() const {
  findings faults;
  if (called) {
    faults = called->faults;
    for (const auto& file : called->words.deploys) {
      findings told;
      const auto app = read_app(file, told, definition_limits(options.limits));
      for (const auto& each : told.all())
        if (each.is == finding::weight::error) faults.error(each.at, each.message);
      if (!app && !told.failed()) faults.error(somewhere(file), app.error().message);
    }
  } else {
    configuration{options}.check(faults);
  }
  auto fit = quipu::check(services);
  if (!faults.failed()) return fit;
  return failure{fault::invalid, errors_of(faults) + (fit ? "" : "\n" + fit.error().message)};
}

void node::state::tell_start() const {
  std::string topics_served;
  for (const auto& each : services)
    topics_served += (topics_served.empty() ? "" : ", ") + each.topic;
  const auto socket = socket_of(options);
  if (called)
    for (const auto& each : called->faults.all())
      say(log_level::warning, to_string(each)); // errors would not have come so far
  say(log_level::info,
      fmt::format("quipu {} runs: store {}; history {}; socket {}", version(), store->describe(),
                  name(options.history), socket.empty() ? "none" : socket.string()));
  say(log_level::info, fmt::format("apps: {}; serves: {}", told_apps(*verbs),
                                   topics_served.empty() ? "no topics" : topics_served));
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
    while (!at_rest() && std::chrono::steady_clock::now() < until && !(in_a_hurry && in_a_hurry()))
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    open->cancel_all();
    rings->silence();
    store->on_bell(nullptr);
    if (auto* shared = dynamic_cast<shared_ledger*>(store.get())) shared->on_doubt(nullptr);
    for (const auto& each : topics) self->send_exit(each, caf::exit_reason::user_shutdown);
    for (const auto& each : {warden, hub, timer, archivist, librarian, writer})
      if (each) self->send_exit(each, caf::exit_reason::user_shutdown);
    // A worker actor that blocks never ends, and CAF would wait for it for ever: it is left to itself.
    const auto others = [this] { return system->registry().running() - 1; };
    const auto patient_until = std::chrono::steady_clock::now() + last_patience;
    while (others() > 0 && std::chrono::steady_clock::now() < patient_until)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    stuck = others() > 0;
  }
  if (system && in_a_hurry) say(log_level::info, fmt::format("stopped: {}", told_rest(*verbs)));
  verbs.reset();
  topics.clear();
  warden = hub = timer = archivist = librarian = writer = nullptr;
  if (stuck) {
    say(log_level::warning, "a worker's actor does not end; it is left to itself");
    (void)system.release();
    (void)config.release();
  }
  if (hands && !hands->end(last_patience))
    say(log_level::warning,
        fmt::format("{} calls to workers still run and are left to themselves; they are made again "
                    "at the next start",
                    hands->busy()));
  hands.reset();
  system.reset();
  config.reset();
  store.reset();
  plans.reset();
  rings.reset();
}

quipu::client& node::client() { return *state_->verbs; }

int node::run() {
  auto& s = *state_;
  if (s.called)
    if (const auto answer = s.called->answer()) return std::fputs(answer->c_str(), stdout), 0;
  const auto refuse = [](const failure& why) {
    std::istringstream lines{why.message};
    for (std::string line; std::getline(lines, line);)
      std::fprintf(stderr, "%s\n", escaped(line).c_str());
    return exit_code_of_start(why.code);
  };
  // Everything that is wrong is told before anything starts, the definitions too.
  if (auto fit = s.check(); !fit) return refuse(fit.error());
  stop_signal told;
  if (auto started = start(); !started) return refuse(started.error());
  s.in_a_hurry = [&told] { return told.count() > 1; };
  s.tell_start();
  told.wait();
  s.say(log_level::info, fmt::format("stopping: no new jobs; calls that are out have {}",
                                     show_duration(s.options.drain.count())));
  stop();
  s.in_a_hurry = nullptr;
  return 0;
}

} // namespace quipu
