#include "actors/breakdown.hpp"
#include "actors/control.hpp"
#include "actors/definitions.hpp"
#include "actors/engine_room.hpp"
#include "actors/limits.hpp"
#include "actors/local_client.hpp"
#include "actors/logger.hpp"
#include "actors/open_store.hpp"
#include "actors/served.hpp"
#include "actors/serving.hpp"
#include "actors/settings/amount.hpp"
#include "actors/settings/launch.hpp"
#include "actors/stop_signal.hpp"
#include "collation/utf8.hpp"

#include <quipu/node.hpp>
#include <quipu/version.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace quipu {

namespace {

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
  std::shared_ptr<breakdown> broken = std::make_shared<breakdown>();
  local_client verbs; ///< refuses while the node does not run

  // Made by start, in this order; taken down in the other.
  std::shared_ptr<ledger> store;
  std::shared_ptr<shelf> plans;
  std::unique_ptr<engine_room> room; ///< none: the node only looks
  std::unique_ptr<control_server> control;

  result<void> begin();
  result<void> deploy();
  result<void> listen();
  void drain(const std::function<bool()>& in_a_hurry);
  void end();

  [[nodiscard]] result<void> check() const;
  void tell_start();
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
  if (s.store) return failure{fault::conflict, "the node runs already"};
  if (auto fit = s.check(); !fit) return fit;
  // Whoever finds the socket finds the apps too.
  for (const auto step : {&state::begin, &state::deploy, &state::listen})
    if (auto done = (s.*step)(); !done) {
      stop();
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
  broken = std::make_shared<breakdown>();
  store->on_fault([broken = broken](const std::string& why) { broken->tell(why); });
  plans = std::make_shared<shelf>();
  if (auto loaded = load_apps(*store, *plans); !loaded) return loaded;
  if (!options.observe)
    room = std::make_unique<engine_room>(
        engine_room::parts{options, &services, store, plans, log, broken});
  verbs.open({store, plans, room ? room->hub() : caf::actor{}, room ? room->calls() : nullptr,
              options.limits.payload_bytes, definition_limits(options.limits)});
  return {};
}

result<void> node::state::deploy() {
  if (called)
    for (const auto& file : called->words.deploys)
      if (auto done = deploy_active(verbs, file); !done) return done;
  return {};
}

result<void> node::state::listen() {
  const auto socket = socket_of(options);
  if (socket.empty()) return {};
  auto opened = control_server::open(
      socket, verbs, {options.limits.control_bytes, options.limits.control_connections}, log);
  if (!opened) return opened.error();
  control = std::move(*opened);
  return {};
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

void node::state::tell_start() {
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
  say(log_level::info, fmt::format("apps: {}; serves: {}", told_apps(verbs),
                                   topics_served.empty() ? "no topics" : topics_served));
}

void node::stop() {
  state_->drain([] { return false; });
  state_->end();
}

void node::state::drain(const std::function<bool()>& in_a_hurry) {
  if (room) room->drain(in_a_hurry); // who waits for an end at the socket may still get it
}

void node::state::end() {
  verbs.close();
  control.reset();
  verbs.leave();
  if (room) room->end();
  room.reset();
  if (store) store->on_fault(nullptr);
  store.reset();
  plans.reset();
}

quipu::client& node::client() { return state_->verbs; }

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
  s.tell_start();
  s.broken->on_told([&told] { told.wake(); });
  told.wait();
  s.broken->on_told(nullptr);
  const auto why = s.broken->why();
  if (why)
    s.say(log_level::error,
          fmt::format("stopping: {}; what was accepted goes on at the next start", *why));
  else
    s.say(log_level::info, fmt::format("stopping: no new jobs; calls that are out have {}",
                                       show_duration(s.options.drain.count())));
  s.drain([&] { return why || told.count() > 1; });
  if (s.room)
    s.say(log_level::info,
          fmt::format("stopped: {}", told_rest(s.verbs, is_shared(s.options.store))));
  s.end();
  return why ? 1 : 0;
}

} // namespace quipu
