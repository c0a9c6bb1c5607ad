#include "actors/local_client.hpp"

#include "actors/answered.hpp"
#include "actors/verbs.hpp"
#include "collation/nesting.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <random>

namespace quipu {

namespace {

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

reception reception_of(signalled what) {
  switch (what) {
  case signalled::answered: return reception::answered;
  case signalled::early: return reception::early;
  case signalled::repeated: break;
  }
  return reception::repeated;
}

/// Names one sending: 64 random bits.
std::string random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

/// What a caller who waits for an end is told when the node stops meanwhile.
failure left_waiting() {
  return {fault::unavailable, "the node stopped before the job ended; it goes on when one runs"};
}

failure not_yet(const std::string& job, std::chrono::milliseconds waited) {
  return {fault::timeout,
          fmt::format("job \"{}\" has not ended after {} ms; it goes on", job, waited.count())};
}

end_told telling(answered<ending>& whom) {
  return [told = whom.then()](const std::string& job, const result<json>& report) {
    told(report ? ending_of(job, *report) : result<ending>{report.error()});
  };
}

} // namespace

void local_client::open(parts with) {
  with_ = std::move(with);
  gate_.open();
}

void local_client::leave() {
  gate_.wait_until_empty();
  with_ = {};
}

result<gate::entry> local_client::enter(needs what) const {
  auto in = gate_.enter();
  if (!in) return failure{fault::unavailable, "the node does not run; nothing was accepted"};
  if (what == needs::engines && !with_.hub)
    return failure{fault::unavailable, "no engine runs here; nothing was accepted"};
  if (what == needs::writing && !with_.hub && !with_.keeps)
    return failure{fault::unavailable,
                   "the directory is open for looking only; nothing was accepted"};
  return in;
}

result<value> local_client::checked(json data) const {
  if (auto fits = check_nesting(data, "the message"); !fits) return fits.error();
  value message{std::move(data)};
  if (message.packed().size() > with_.payload_bytes)
    return failure{fault::too_large,
                   fmt::format("the message has {} bytes; limits.payload.bytes is {}",
                               message.packed().size(), with_.payload_bytes)};
  return message;
}

void local_client::ask_to_start(const std::string& topic, json data, publish_options options,
                                std::function<void(result<std::string>)> accepted,
                                std::uint64_t ticket, end_told ended) {
  const auto in = enter(needs::engines);
  if (!in) return accepted(in.error());
  auto message = checked(std::move(data));
  if (!message) return accepted(message.error());
  caf::anon_send(with_.hub,
                 publish_asked{topic, std::move(options.app), std::move(options.id),
                               std::move(*message), std::move(accepted), ticket, std::move(ended)});
}

void local_client::publish(const std::string& topic, json data, publish_options options,
                           std::function<void(result<std::string>)> accepted, end_told ended) {
  ask_to_start(topic, std::move(data), std::move(options), std::move(accepted), 0,
               std::move(ended));
}

result<std::string> local_client::publish(const std::string& topic, json data,
                                          publish_options options) {
  answered<std::string> accepted;
  publish(topic, std::move(data), std::move(options), accepted.then(), nullptr);
  return accepted.wait();
}

result<ending> local_client::run(const std::string& topic, json data, run_options options) {
  const auto in = enter(needs::engines);
  if (!in) return in.error();
  const auto ticket = ++tickets_;
  answered<std::string> accepted;
  answered<ending> ended{left_waiting()};
  ask_to_start(topic, std::move(data), {std::move(options.id), std::move(options.app)},
               accepted.then(), ticket, telling(ended));
  auto job = accepted.wait();
  if (!job) return job.error();
  if (auto end = ended.wait(options.timeout)) return std::move(*end);
  caf::anon_send(with_.hub, wait_over{*job, ticket});
  return not_yet(*job, options.timeout);
}

result<ending> local_client::wait(const std::string& job, std::chrono::milliseconds timeout) {
  const auto in = enter();
  if (!in) return in.error();
  answered<snapshot> read;
  with_.store->read(job, read.then());
  if (auto there = read.wait(); !there) return there.error();
  if (const auto runs = enter(needs::engines); !runs) return runs.error();
  const auto ticket = ++tickets_;
  answered<ending> ended{left_waiting()};
  caf::anon_send(with_.hub, wait_asked{job, ticket, telling(ended)});
  if (auto end = ended.wait(timeout)) return std::move(*end);
  caf::anon_send(with_.hub, wait_over{job, ticket});
  return not_yet(job, timeout);
}

void local_client::signal(const std::string& topic, json data, signal_options options,
                          std::function<void(result<reception>)> done) {
  const auto in = enter(needs::writing);
  if (!in) return done(in.error());
  if (auto fits = checked(data); !fits) return done(fits.error());
  send_signal(
      *with_.store, *with_.plans,
      {std::move(options.app), topic, std::move(data), std::move(options.id), random_name()},
      [done = std::move(done)](const result<signalled>& what) {
        done(what ? result<reception>{reception_of(*what)} : what.error());
      });
}

result<reception> local_client::signal(const std::string& topic, json data,
                                       signal_options options) {
  answered<reception> sent;
  signal(topic, std::move(data), std::move(options), sent.then());
  return sent.wait();
}

result<void> local_client::complete(const std::string& job, const std::string& activity, reply with,
                                    complete_options options) {
  const auto in = enter(needs::writing);
  if (!in) return in.error();
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

result<void> local_client::scrub(const std::string& job) {
  const auto in = enter(needs::writing);
  if (!in) return in.error();
  answered<void> done;
  with_.store->scrub(job, done.then());
  return done.wait();
}

} // namespace quipu
