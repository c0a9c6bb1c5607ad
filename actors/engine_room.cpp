#include "actors/engine_room.hpp"

#include "actors/actor_topic.hpp"
#include "actors/archivist.hpp"
#include "actors/engine.hpp"
#include "actors/hub.hpp"
#include "actors/ledger_actor.hpp"
#include "actors/librarian.hpp"
#include "actors/limits.hpp"
#include "actors/open_store.hpp"
#include "actors/spinning.hpp"
#include "actors/timer.hpp"
#include "actors/topic.hpp"
#include "actors/warden.hpp"

#include <caf/scheduler/coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace quipu {

namespace {

constexpr unsigned most_engines = 4;
constexpr std::chrono::milliseconds look{250};
/// How long the store has to take the leases back when the drain is over, and users' code - actors,
/// then threads - to end.
constexpr std::chrono::milliseconds last_patience{1'000};

unsigned cores() { return std::max(1U, std::thread::hardware_concurrency()); }

} // namespace

engine_room::engine_room(parts with) : with_(std::move(with)) {
  set_up();
  auto& store = with_.store;
  store->on_bell([rings = rings_](token whose) { rings->ring(whose); });
  if (auto* shared = dynamic_cast<shared_ledger*>(store.get()))
    shared->on_doubt([rings = rings_] { rings->doubt(); });
  writer_ = system_->spawn(ledger_actor, store);
  timer_ = system_->spawn(make_timer, store, look);
  archivist_ = system_->spawn(
      make_archivist, store, [log = with_.log](const std::string& job, const std::string& message) {
        log->say(component::engine, log_level::warning, message, {.job = job});
      });
  hub_ = system_->spawn(make_hub, store, with_.options.limits.starts);
  if (is_shared(with_.options.store))
    librarian_ =
        system_->spawn(make_librarian, librarian_parts{with_.store, with_.plans, with_.log});
  guard(of_an_engine());
}

void engine_room::set_up() {
  const auto& threads = with_.options.threads;
  config_->add_message_types<caf::id_block::quipu_worker>();
  config_->add_message_types<caf::id_block::quipu>();
  config_->add_message_types<caf::id_block::quipu_shared>();
  for (const auto& each : *with_.services)
    if (each.work.as_actor()) each.work.as_actor()->prepare(*config_);
  config_->set("scheduler.max-threads", std::size_t{threads != 0 ? threads : cores()});
  config_->load<caf::scheduler::coordinator<spinning>>();
  system_ = std::make_unique<caf::actor_system>(*config_);
}

/// The topics are spawned for it.
engine_parts engine_room::of_an_engine() {
  const auto& options = with_.options;
  std::vector<std::string> served;
  for (const auto& each : *with_.services) served.push_back(each.topic);
  engine_parts made;
  made.plans = with_.plans;
  made.store = with_.store;
  made.writer = writer_;
  made.hub = hub_;
  made.timer = timer_;
  made.archivist = archivist_;
  made.alone = std::make_shared<solitude>(with_.store, served, options.lease);
  made.left =
      std::make_shared<backlogs>(with_.store, served, is_shared(options.store) ? look : 8 * look);
  calls_ = std::make_shared<open_calls>(
      [alone = made.alone](const open_calls::place& at) { alone->ends(at); });
  for (const auto& each : *with_.services) topics_.emplace(each.topic, spawn(each));
  made.topics = topics_;
  made.rings = rings_;
  made.log = with_.log;
  made.lease = options.lease;
  made.look = look;
  made.terms = {job_limits(options.limits), options.history, options.stats_keep,
                options.limits.history_records, options.limits.jobs};
  made.terms.limits.partitions = with_.store->partitions();
  return made;
}

caf::actor engine_room::spawn(const served& what) {
  const auto most = with_.options.limits.payload_bytes;
  if (const auto& own = what.work.as_actor())
    return system_->spawn(make_actor_topic,
                          actor_topic_state::parts{own, what.topic, what.concurrency, calls_, most,
                                                   [log = with_.log](const std::string& message) {
                                                     log->say(component::worker, log_level::warning,
                                                              message);
                                                   }});
  return system_->spawn(topic_actor, what.work.as_function(), hands_,
                        hands_->open(what.concurrency), calls_, most);
}

void engine_room::guard(engine_parts each) {
  const auto& asked = with_.options.engines;
  warden_parts made;
  made.engines = asked != 0 ? asked : std::min(cores(), most_engines);
  made.hub = hub_;
  made.vital = {{"the hub", hub_},
                {"the ledger's actor", writer_},
                {"the timer", timer_},
                {"the archivist", archivist_}};
  if (librarian_) made.vital.emplace_back("the librarian", librarian_);
  for (const auto& [topic, actor] : topics_)
    made.vital.emplace_back(fmt::format("the actor of topic \"{}\"", topic), actor);
  made.spawn_engine = [each = std::move(each)](caf::event_based_actor* by) {
    return by->spawn(make_engine, each);
  };
  made.warn = [log = with_.log](const std::string& message) {
    log->say(component::engine, log_level::error, message);
  };
  made.fail = [broken = with_.broken](const std::string& why) { broken->tell(why); };
  warden_ = system_->spawn(warden_actor, std::move(made));
  // When the warden has asked each of them the engines are there, and the hub knows them.
  caf::scoped_actor self{*system_};
  self->request(warden_, with_.options.drain, rest_asked{})
      .receive([](std::uint64_t) {}, [](const caf::error&) {});
}

void engine_room::drain(const std::function<bool()>& in_a_hurry) {
  const auto over = [](std::chrono::steady_clock::time_point at) {
    return std::chrono::steady_clock::now() >= at;
  };
  caf::scoped_actor self{*system_};
  self->send(hub_, quipu::drain{});
  self->send(warden_, quipu::drain{});
  if (librarian_) self->send_exit(librarian_, caf::exit_reason::user_shutdown);
  const auto until = std::chrono::steady_clock::now() + with_.options.drain;
  while (!at_rest() && !over(until) && !in_a_hurry())
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  calls_->cancel_all();
  self->request(warden_, last_patience, leave_asked{})
      .receive([](std::uint64_t) {}, [](const caf::error&) {});
  rings_->silence();
  with_.store->on_bell(nullptr);
  if (auto* shared = dynamic_cast<shared_ledger*>(with_.store.get())) shared->on_doubt(nullptr);
  for (const auto& [topic, actor] : topics_)
    self->send_exit(actor, caf::exit_reason::user_shutdown);
  for (const auto& each : {warden_, hub_, timer_, archivist_, writer_})
    self->send_exit(each, caf::exit_reason::user_shutdown);
  // A worker that blocks never ends, and CAF would wait for its actor for ever.
  const auto others = [this] { return system_->registry().running() - 1; };
  const auto patient_until = std::chrono::steady_clock::now() + last_patience;
  while (others() > 0 && !over(patient_until))
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  stuck_ = others() > 0;
  if (stuck_) warn("a worker's actor does not end; it is left to itself");
}

bool engine_room::at_rest() {
  if (hands_->busy() > 0) return false;
  std::uint64_t held = 1;
  caf::scoped_actor self{*system_};
  self->request(warden_, std::chrono::seconds{2}, rest_asked{})
      .receive([&](std::uint64_t jobs) { held = jobs; }, [](const caf::error&) {});
  return held == 0;
}

void engine_room::end() {
  if (const auto run = hands_->end(last_patience); run > 0) {
    warn(
        fmt::format("{} calls to workers still run and are left to themselves; they are made again "
                    "at the next start",
                    run));
    stuck_ = true;
  }
  if (!stuck_) return;
  (void)system_.release();
  (void)config_.release();
}

void engine_room::warn(std::string_view message) const {
  with_.log->say(component::node, log_level::warning, message);
}

} // namespace quipu
