#include "actors/local_client.hpp"

#include "actors/answered.hpp"
#include "actors/definitions.hpp"
#include "actors/inspect.hpp"
#include "actors/verbs.hpp"
#include "collation/pack.hpp"
#include "flows/view.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

namespace quipu {

namespace {

/// How many records one call of the store brings.
constexpr std::size_t records_a_call = 1'000;
/// How many publications one call of the store brings, and how often it is asked for more.
constexpr std::size_t publications_a_call = 1'000;
constexpr std::chrono::milliseconds listen_every{50};
/// `after` of `listen`: from the oldest that is kept.
constexpr std::string_view oldest = "oldest";
/// How long an interrupt may take before it is asked for again, and in all.
constexpr std::chrono::milliseconds interrupt_patience{500};
constexpr std::chrono::seconds interrupt_limit{10};

ending ending_of(const std::string& job, const json& report) {
  ending made;
  made.job = job;
  made.state = report.value("state", "");
  made.data = report.value("data", json::object());
  if (const auto error = report.find("error"); error != report.end() && error->is_object())
    made.error = job_error{error->value("code", 500), error->value("message", ""),
                           error->value("activity", ""), error->value("data", json())};
  return made;
}

std::chrono::system_clock::time_point time_of(std::int64_t epoch_ms) {
  return std::chrono::system_clock::time_point{std::chrono::milliseconds{epoch_ms}};
}

/// What the workers of a job's open calls have last said.
void add_progress(json& open, const std::vector<std::shared_ptr<const call>>& calls) {
  for (const auto& each : calls) {
    const auto beat = each->last_beat();
    if (!beat) continue;
    for (auto& owed : open)
      if (owed["activity"] == each->activity() && owed["dimension"] == each->dimension()) {
        owed["progress"] = beat->progress;
        owed["heartbeat"] = iso_time(
            std::chrono::duration_cast<std::chrono::milliseconds>(beat->at.time_since_epoch())
                .count());
      }
  }
}

/// Names one sending: 64 random bits.
std::string random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

failure not_yet(const std::string& job, std::chrono::milliseconds waited) {
  return {fault::timeout,
          fmt::format("job \"{}\" has not ended after {} ms; it goes on", job, waited.count())};
}

} // namespace

result<void> local_client::may_run() const {
  if (with_.hub) return {};
  return failure{fault::unavailable, "no engine runs here; nothing was accepted"};
}

result<void> local_client::may_write() const {
  if (with_.hub || with_.keeps) return {};
  return failure{fault::unavailable,
                 "the directory is open for looking only; nothing was accepted"};
}

result<value> local_client::checked(json data) const {
  value message{std::move(data)};
  if (message.packed().size() > with_.payload_bytes)
    return failure{fault::too_large,
                   fmt::format("the message has {} bytes; limits.payload.bytes is {}",
                               message.packed().size(), with_.payload_bytes)};
  return message;
}

void local_client::publish(const std::string& topic, json data, publish_options options,
                           std::function<void(result<std::string>)> accepted,
                           std::function<void(const std::string&, const json&)> ended) {
  if (auto may = may_run(); !may) return accepted(may.error());
  auto message = checked(std::move(data));
  if (!message) return accepted(message.error());
  caf::anon_send(with_.hub,
                 publish_asked{topic, std::move(options.app), std::move(options.id),
                               std::move(*message), std::move(accepted), std::move(ended)});
}

result<std::string> local_client::publish(const std::string& topic, json data,
                                          publish_options options) {
  answered<std::string> accepted;
  publish(topic, std::move(data), std::move(options), accepted.then(), nullptr);
  return accepted.wait();
}

result<ending> local_client::run(const std::string& topic, json data, run_options options) {
  answered<std::string> accepted;
  answered<ending> ended;
  publish(topic, std::move(data), {std::move(options.id), std::move(options.app)}, accepted.then(),
          [told = ended.then()](const std::string& job, const json& report) {
            told(ending_of(job, report));
          });
  auto job = accepted.wait();
  if (!job) return job.error();
  if (auto end = ended.wait(options.timeout)) return std::move(*end);
  return not_yet(*job, options.timeout);
}

result<ending> local_client::wait(const std::string& job, std::chrono::milliseconds timeout) {
  answered<snapshot> read;
  with_.store->read(job, read.then());
  if (auto there = read.wait(); !there) return there.error();
  if (auto may = may_run(); !may) return may.error();
  const auto ticket = ++tickets_;
  answered<ending> ended;
  caf::anon_send(
      with_.hub,
      wait_asked{job, ticket, [told = ended.then()](const std::string& id, const json& report) {
                   told(ending_of(id, report));
                 }});
  if (auto end = ended.wait(timeout)) return std::move(*end);
  caf::anon_send(with_.hub, wait_over{job, ticket});
  return not_yet(job, timeout);
}

result<reception> local_client::signal(const std::string& topic, json data,
                                       signal_options options) {
  if (auto may = may_write(); !may) return may.error();
  if (auto fits = checked(data); !fits) return fits.error();
  answered<signalled> sent;
  send_signal(
      *with_.store, *with_.plans,
      {std::move(options.app), topic, std::move(data), std::move(options.id), random_name()},
      sent.then());
  const auto what = sent.wait();
  if (!what) return what.error();
  switch (*what) {
  case signalled::answered: return reception::answered;
  case signalled::early: return reception::early;
  case signalled::repeated: break;
  }
  return reception::repeated;
}

result<void> local_client::complete(const std::string& job, const std::string& activity, reply with,
                                    complete_options options) {
  if (auto may = may_write(); !may) return may.error();
  if (auto fits = checked(with.data); !fits) return fits.error();
  completion what;
  what.job = job;
  what.activity = activity;
  what.dimension = options.dimension;
  what.reply = {static_cast<answer::status>(with.is), with.code, std::move(with.data)};
  what.id = std::move(options.id);
  what.mail = random_name();
  answered<void> done;
  quipu::complete(*with_.store, *with_.plans, std::move(what), done.then());
  return done.wait();
}

/// The end is committed by an engine that takes the job over. Of two who do so at once one loses
/// its commit: so the job is looked at until it has ended, and asked for again while it has not.
result<void> local_client::interrupt(const std::string& job, interrupt_options options) {
  using clock = std::chrono::steady_clock;
  if (auto may = may_run(); !may) return may.error();
  const json how{{"reason", std::move(options.reason)},
                 {"code", options.code},
                 {"throw", options.throws},
                 {"descend", options.descend}};
  const auto limit = clock::now() + interrupt_limit;
  for (bool asked_before = false; clock::now() < limit; asked_before = true) {
    answered<void> seized;
    caf::anon_send(with_.hub, seize_asked{job, how, seized.then()});
    const auto mine = seized.wait();
    const bool ended = !mine && mine.error().code == fault::conflict;
    if (!mine && !(ended && asked_before) && mine.error().code != fault::fenced)
      return mine.error();
    std::chrono::milliseconds pause{1};
    for (const auto until = clock::now() + interrupt_patience; clock::now() < until;) {
      answered<snapshot> read;
      with_.store->read(job, read.then());
      const auto seen = read.wait();
      if (!seen) return seen.error();
      if (seen->state == "interrupted") return {};
      if (seen->state != "running")
        return failure{fault::conflict, fmt::format("job \"{}\" has ended: {}", job, seen->state)};
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, std::chrono::milliseconds{20});
    }
  }
  return failure{fault::unreachable,
                 fmt::format("whether job \"{}\" was interrupted is unknown; ask again", job)};
}

result<std::string> local_client::newest() const {
  for (std::string last;;) {
    answered<std::vector<published_row>> asked;
    with_.store->published(last, publications_a_call, asked.then());
    const auto rows = asked.wait();
    if (!rows) return rows.error();
    if (!rows->empty()) last = rows->back().id;
    if (rows->size() < publications_a_call) return last.empty() ? std::string{oldest} : last;
  }
}

result<feed> local_client::listen(const std::string& topic, const std::string& after,
                                  std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  feed page;
  page.next = after;
  if (after.empty()) {
    auto last = newest();
    if (!last) return last.error();
    page.next = std::move(*last);
  }
  while (true) {
    answered<std::vector<published_row>> asked;
    with_.store->published(page.next == oldest ? std::string{} : page.next, publications_a_call,
                           asked.then());
    auto rows = asked.wait();
    if (!rows) return rows.error();
    for (auto& row : *rows) {
      page.next = row.id;
      if (row.what.topic == topic)
        page.all.push_back({std::move(row.id), time_of(row.at_ms), std::move(row.what.app),
                            std::move(row.what.topic), std::move(row.what.job),
                            unpack(row.what.body)});
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (!page.all.empty() || left.count() <= 0) return page;
    if (rows->size() < publications_a_call)
      std::this_thread::sleep_for(std::min(left, listen_every));
  }
}

result<job_info> local_client::job(const std::string& id) {
  answered<job_info> looked;
  inspect(*with_.store, *with_.plans, id, looked.then());
  auto found = looked.wait();
  if (found && with_.open) add_progress(found->open, with_.open->of(id));
  return found;
}

result<std::vector<json>> local_client::history(const std::string& id) {
  answered<snapshot> read;
  with_.store->read(id, read.then());
  auto there = read.wait();
  if (!there) return there.error();
  const auto app = with_.plans->find(there->app, there->version);
  const auto* rules = app ? app->find(there->topic) : nullptr;
  if (rules == nullptr)
    return failure{
        fault::not_found,
        fmt::format("the definition of job \"{}\", app \"{}\" version \"{}\", is not there", id,
                    there->app, there->version)};
  std::vector<json> all;
  quipu::job view;
  for (std::uint64_t next = 1;;) {
    answered<quipu::history_page> asked;
    with_.store->history(id, next, records_a_call, asked.then());
    auto page = asked.wait();
    if (!page) return page.error();
    for (const auto& bytes : page->records) {
      auto what = decode_record(bytes);
      if (!what) return what.error();
      if (auto folded = view.fold(*what); !folded) return folded.error();
      all.push_back(describe(*what, view, *rules));
    }
    next = page->first + page->records.size();
    if (page->records.empty() || next > page->total) return all;
  }
}

result<job_list> local_client::jobs(const job_query& which) {
  answered<job_page> asked;
  with_.store->jobs({which.topic, which.state, which.after, which.most}, asked.then());
  auto page = asked.wait();
  if (!page) return page.error();
  job_list list;
  list.next = std::move(page->next);
  for (auto& row : page->rows) {
    job_list::row made{std::move(row.job),   std::move(row.app),   std::move(row.version),
                       std::move(row.topic), std::move(row.state), time_of(row.created_ms),
                       std::nullopt};
    if (row.ended_ms != 0) made.ended = time_of(row.ended_ms);
    list.rows.push_back(std::move(made));
  }
  return list;
}

result<version_info> local_client::deploy(const std::string& file) {
  if (auto may = may_write(); !may) return may.error();
  findings told;
  auto app = read_app(file, told, with_.definitions);
  if (!app) return app.error();
  version_info made{app->stored.app, app->stored.version, app->stored.hash, false};
  answered<void> kept;
  with_.store->deploy(std::move(app->stored), kept.then());
  if (auto done = kept.wait(); !done) return done.error();
  with_.plans->put(std::move(app->made));
  return made;
}

result<void> local_client::activate(const std::string& app, const std::string& version) {
  if (auto may = may_write(); !may) return may.error();
  answered<void> done;
  with_.store->activate(app, version, done.then());
  auto answer = done.wait();
  if (answer) with_.plans->activate(app, version);
  return answer;
}

result<std::vector<version_info>> local_client::versions(const std::string& app) {
  answered<std::vector<app_version>> asked;
  with_.store->apps(asked.then());
  auto found = asked.wait();
  if (!found) return found.error();
  std::vector<version_info> all;
  for (auto& each : *found)
    if (app.empty() || each.app == app)
      all.push_back(
          {std::move(each.app), std::move(each.version), std::move(each.hash), each.active});
  return all;
}

result<json> local_client::definition(const std::string& app, const std::string& version) {
  auto wanted = version;
  if (wanted.empty()) {
    auto all = versions(app);
    if (!all) return all.error();
    for (auto& each : *all)
      if (each.active) wanted = std::move(each.version);
    if (wanted.empty())
      return failure{fault::not_found, fmt::format("no version of app \"{}\" is active", app)};
  }
  answered<app_version> asked;
  with_.store->fetch(app, wanted, asked.then());
  auto found = asked.wait();
  if (!found) return found.error();
  return json::parse(found->source);
}

result<void> local_client::scrub(const std::string& job) {
  if (auto may = may_write(); !may) return may.error();
  answered<void> done;
  with_.store->scrub(job, done.then());
  return done.wait();
}

} // namespace quipu
