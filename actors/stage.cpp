#include "actors/stage.hpp"

#include "actors/inspect.hpp"
#include "actors/route.hpp"
#include "actors/stats.hpp"
#include "collation/chain.hpp"
#include "collation/pack.hpp"
#include "collation/replay.hpp"
#include "flows/step.hpp"

#include <fmt/format.h>

#include <future>

namespace quipu {

namespace {

/// The answer of a store that may complete on a thread of its own.
template <class T, class Ask>
result<T> answer_of(Ask ask) {
  std::promise<result<T>> told;
  auto answer = told.get_future();
  ask([&told](result<T> got) { told.set_value(std::move(got)); });
  return answer.get();
}

constexpr std::size_t records_a_page = 256;
constexpr std::int64_t for_ever_ms = 1'000'000'000'000'000;
/// Where time ends: 285,000 years, what a duration may say.
constexpr std::int64_t last_instant = std::int64_t{1} << 53U;

job_terms lying_in(const ledger& store, job_terms terms) {
  terms.limits.partitions = store.partitions();
  return terms;
}

} // namespace

stage::stage(ledger& store, virtual_clock& time, workers who, const job_terms& terms)
    : store_(store), time_(time), who_(std::move(who)), runner_(plans_, lying_in(store, terms)),
      mine_(random_()) {
  (void)answer_of<void>([&](auto done) { store_.renew(mine_, for_ever_ms, "stage", done); }).ok();
  runner_.own(mine_);
}

std::string stage::random_name() { return fmt::format("{:016x}", random_()); }

// Verbs

result<void> stage::activate(std::shared_ptr<const plan> app, const json& source) {
  app_version made{app->app, app->version, {}, source.dump(), app->public_topics()};
  made.hash = to_hex(chain(made.source, {}));
  auto deployed = answer_of<void>([&](auto done) { store_.deploy(made, done); });
  if (!deployed) return deployed.error();
  auto active = answer_of<void>([&](auto done) { store_.activate(app->app, app->version, done); });
  if (!active) return active.error();
  const auto id = app->app;
  const auto version = app->version;
  if (plans_.find(id, version) == nullptr) plans_.put(std::move(app));
  plans_.activate(id, version);
  return {};
}

result<std::string> stage::publish(const std::string& topic, json data, std::string id,
                                   const std::string& app) {
  const auto request = ++requests_;
  if (id.empty()) id = random_name();
  runner_.tick(time_.now_ms);
  runner_.start(request, topic, app, std::move(id), std::move(data), random_name(), true);
  rest();
  const auto found = accepted_.extract(request);
  if (found.empty()) return failure{fault::unavailable, "the start was not answered"};
  return found.mapped();
}

result<signalled> stage::signal(const std::string& topic, json data, std::string id,
                                const std::string& app) {
  auto answer = answer_of<signalled>([&](auto done) {
    send_signal(store_, plans_, {app, topic, std::move(data), std::move(id), random_name()}, done);
  });
  rest();
  return answer;
}

result<void> stage::complete(completion what) {
  if (what.mail.empty()) what.mail = random_name();
  auto answer =
      answer_of<void>([&](auto done) { quipu::complete(store_, plans_, std::move(what), done); });
  rest();
  return answer;
}

result<void> stage::interrupt(const std::string& job, const json& how) {
  const auto got = seize(job);
  if (!got) return got.error();
  runner_.tick(time_.now_ms);
  runner_.seized(*got, how);
  rest();
  return {};
}

result<std::string> stage::retry(const std::string& job, std::string id) {
  auto failed = answer_of<failed_job>([&](auto done) { find_failed(store_, job, done); });
  if (!failed) return failed.error();
  const auto request = ++requests_;
  if (id.empty()) id = retried_id(failed->view->born());
  runner_.tick(time_.now_ms);
  runner_.revive(request, failed->view, id, random_name(), true);
  rest();
  const auto found = accepted_.extract(request);
  if (found.empty()) return failure{fault::unavailable, "the start was not answered"};
  return found.mapped();
}

result<void> stage::scrub(const std::string& job) {
  return answer_of<void>([&](auto done) { store_.scrub(job, done); });
}

void stage::advance(std::int64_t by_ms) {
  const auto until = std::min(time_.now_ms + by_ms, last_instant);
  while (!runaway_) {
    const auto fired =
        answer_of<quipu::fired>([&](auto done) { store_.due(time_.now_ms, 0, done); });
    auto next = until + 1;
    if (fired && fired->next_due_ms) next = std::min(next, *fired->next_due_ms);
    if (!replies_.empty()) next = std::min(next, replies_.begin()->first.first);
    if (next > until) break;
    time_.now_ms = std::max(time_.now_ms, next);
    // What is due at one instant goes one by one, each to rest before the next.
    if (fired && fired->next_due_ms && *fired->next_due_ms <= time_.now_ms)
      (void)answer_of<quipu::fired>([&](auto done) { store_.due(time_.now_ms, 1, done); }).ok();
    rest();
  }
  time_.now_ms = until;
}

// Looking

result<job_info> stage::job(const std::string& id) {
  return answer_of<job_info>([&](auto done) { inspect(store_, plans_, id, done); });
}

result<std::vector<stage_entry>> stage::history(const std::string& id) {
  auto page = answer_of<history_page>([&](auto done) { store_.history(id, 1, SIZE_MAX, done); });
  if (!page) return page.error();
  std::vector<stage_entry> all;
  const auto tell = [&](const record& what, const quipu::job& after) {
    if (auto made = entry(what, after)) all.push_back(std::move(*made));
  };
  if (auto taken = replay{}.take(*page, UINT64_MAX, tell); !taken) return taken.error();
  return all;
}

result<std::vector<stats_info>> stage::stats(stats_query which) {
  return answer_of<std::vector<stats_info>>(
      [&](auto done) { read_stats(store_, plans_, std::move(which), done); });
}

std::optional<stage_entry> stage::entry(const record& what, const quipu::job& after) const {
  const auto plan = plans_.find(after.born().app, after.born().version);
  const auto* rules = plan ? plan->find(after.born().topic) : nullptr;
  if (rules == nullptr) return std::nullopt;
  return stage_entry{after.born().job, what.at_ms, describe(what, after, *rules)};
}

void stage::tell(const std::string& job, const write& what) {
  auto& after = watched_[job];
  for (const auto& bytes : what.records)
    if (const auto told = decode_record(bytes); told && after.fold(*told))
      if (const auto made = entry(*told, after)) watch(*made);
  if (what.ended) watched_.erase(job);
  for (const auto& child : what.children) tell(child.job, child.first);
}

std::size_t stage::calls(const std::string& topic) const {
  const auto found = calls_.find(topic);
  return found == calls_.end() ? 0 : found->second;
}

const std::vector<json>& stage::published(const std::string& topic) const {
  static const std::vector<json> nothing;
  const auto found = published_.find(topic);
  return found == published_.end() ? nothing : found->second;
}

// Running

/// Until nothing can move without time: first what the runner wants, then what has come for its
/// jobs, then the replies that take no longer.
void stage::rest() {
  steps_ = 0;
  runner_.tick(time_.now_ms);
  while (!runaway_ && (perform() || deliver() || answer_next())) {
  }
  listen();
}

bool stage::perform() {
  if (runner_.wishes.empty()) return false;
  auto wishes = std::exchange(runner_.wishes, {});
  for (auto& each : wishes) std::visit([this](auto& wish) { perform(wish); }, each);
  return true;
}

bool stage::deliver() {
  using popped = std::vector<std::pair<std::string, std::vector<mail>>>;
  auto got = answer_of<popped>([&](auto done) { store_.pop(mine_, 16, done); });
  auto taken = answer_of<std::vector<snapshot>>([&](auto done) { store_.claim(mine_, 16, done); });
  if (got)
    for (const auto& [job, mail] : *got) runner_.popped(job, mail);
  if (taken)
    for (const auto& each : *taken) runner_.took(each, false);
  return (got && !got->empty()) || (taken && !taken->empty());
}

bool stage::answer_next() {
  if (replies_.empty() || replies_.begin()->first.first > time_.now_ms) return false;
  auto next = replies_.extract(replies_.begin()).mapped();
  runner_.replied(next.job, next.at, next.attempt, std::move(next.what));
  return true;
}

void stage::listen() {
  for (;;) {
    auto rows = answer_of<std::vector<published_row>>(
        [&](auto done) { store_.published(heard_, 256, done); });
    if (!rows || rows->empty()) return;
    for (const auto& row : *rows) published_[row.what.topic].push_back(unpack(row.what.body));
    heard_ = rows->back().id;
  }
}

// What the runner wants

void stage::perform(wish::step& what) {
  if (++steps_ > most_steps) {
    runaway_ = what.job;
    return;
  }
  auto made = step({*what.app, *what.rules, what.now_ms, what.limits}, *what.view, what.what);
  what.view.reset();
  runner_.stepped(what.job, what.number, std::move(made));
}

void stage::perform(wish::start& what) {
  const auto job = what.what.job;
  const auto made = what.what.first.makes;
  const auto written = watch ? what.what.first : write{};
  const auto done =
      answer_of<receipt>([&](auto told) { store_.start(std::move(what.what), std::move(told)); });
  if (watch && done) tell(job, written);
  runner_.started(job, made, done);
}

void stage::perform(wish::commit& what) {
  const auto job = what.what.job;
  const auto made = what.what.what.makes;
  const auto written = watch ? what.what.what : write{};
  const auto done =
      answer_of<receipt>([&](auto told) { store_.apply(std::move(what.what), std::move(told)); });
  if (watch && done) tell(job, written);
  runner_.committed(job, made, done);
}

void stage::perform(wish::call& what) {
  auto given = who_(what);
  if (!given) return runner_.shelve(what.job, what.what.at, what.what.attempt);
  ++calls_[what.what.topic];
  replies_.emplace(std::pair{time_.now_ms + given->after_ms, ++replies_made_},
                   reply{what.job, what.what.at, what.what.attempt, std::move(given->what)});
}

/// A reply comes all the same, and is refused.
void stage::perform(wish::cancel&) {}

void stage::perform(wish::read& what) {
  runner_.reread(what.job, answer_of<snapshot>([&](auto done) { store_.read(what.job, done); }));
}

void stage::perform(wish::accept& what) { accepted_.emplace(what.request, std::move(what.answer)); }

void stage::perform(wish::tell&) {}

void stage::perform(wish::alarm&) {}

void stage::perform(wish::trace&) {}

void stage::perform(wish::interrupt& what) { runner_.seized(what, seize(what.what.job)); }

void stage::perform(wish::condense& what) {
  replay oldest;
  while (oldest.next() <= what.upto) {
    const auto before = oldest.next();
    auto page = answer_of<history_page>(
        [&](auto done) { store_.history(what.job, oldest.next(), records_a_page, done); });
    if (!page || !oldest.take(*page, what.upto) || oldest.next() == before) return;
  }
  (void)answer_of<void>([&](auto done) {
    store_.condense(what.job, oldest.next() - 1, oldest.checkpoint(), done);
  }).ok();
}

void stage::perform(wish::warn& what) {
  warnings_.push_back(fmt::format("{}: {}", what.job, what.message));
}

result<snapshot> stage::seize(const std::string& job) {
  return answer_of<snapshot>([&](auto done) { store_.seize(job, mine_, done); });
}

} // namespace quipu
