#include "actors/remote.hpp"

#include "actors/control_address.hpp"
#include "actors/control_answer.hpp"
#include "actors/control_line.hpp"
#include "actors/control_request.hpp"
#include "actors/control_value.hpp"
#include "actors/instant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace quipu {

namespace {

constexpr std::size_t longest_answer = std::size_t{1} << 30U;

/// None if it has text that is not UTF-8: replaced, two names could become one.
std::optional<std::string> line_of(const json& request) {
  try {
    return request.dump();
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

class remote_client final : public client {
public:
  explicit remote_client(std::filesystem::path socket) : socket_(std::move(socket)) {}

  result<descriptor> dial() const {
    const auto at = control_address::of(socket_);
    if (!at) return at.error();
    descriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!made || ::connect(made.get(), at->generic(), at->size()) != 0)
      return failure{fault::unavailable, fmt::format("{}: no node answers: {}", socket_.string(),
                                                     std::strerror(errno))};
    return made;
  }

  result<std::string> publish(const std::string& topic, json data,
                              publish_options options) override {
    return ask<std::string>({{"verb", "publish"},
                             {"topic", topic},
                             {"data", std::move(data)},
                             {"id", options.id},
                             {"app", options.app}});
  }

  result<ending> run(const std::string& topic, json data, run_options options) override {
    const auto until = deadline_after(options.timeout);
    const auto job = publish(topic, std::move(data), {.id = options.id, .app = options.app});
    if (!job) return job.error();
    auto ended = wait_until(*job, until);
    if (!ended && ended.error().code != fault::timeout)
      return failure{ended.error().code,
                     fmt::format("{}; job \"{}\" had been accepted", ended.error().message, *job)};
    return ended;
  }

  result<ending> wait(const std::string& job, std::chrono::milliseconds timeout) override {
    return wait_until(job, deadline_after(timeout));
  }

  result<reception> signal(const std::string& topic, json data, signal_options options) override {
    return ask<reception>({{"verb", "signal"},
                           {"topic", topic},
                           {"data", std::move(data)},
                           {"id", options.id},
                           {"app", options.app}});
  }

  result<void> complete(const std::string& job, const std::string& activity, reply with,
                        complete_options options) override {
    return done({{"verb", "complete"},
                 {"job", job},
                 {"activity", activity},
                 {"reply", to_control(with)},
                 {"id", options.id},
                 {"dimension", options.dimension ? json(*options.dimension) : json(nullptr)}});
  }

  result<void> interrupt(const std::string& job, interrupt_options options) override {
    return done({{"verb", "interrupt"},
                 {"job", job},
                 {"reason", options.reason},
                 {"code", options.code},
                 {"throw", options.throws},
                 {"descend", options.descend}});
  }

  result<std::string> retry(const std::string& job, retry_options options) override {
    return ask<std::string>({{"verb", "retry"}, {"job", job}, {"id", options.id}});
  }

  result<feed> listen(const std::string& topic, const std::string& after,
                      std::chrono::milliseconds limit) override {
    const auto until = deadline_after(limit);
    for (auto from = after;;) {
      const auto left = left_until(until);
      const auto slice = slice_of(left);
      auto page = ask<feed>(
          {{"verb", "listen"}, {"topic", topic}, {"after", from}, {"timeout_ms", slice.count()}});
      if (!page || !page->all.empty() || left <= slice) return page;
      from = std::move(page->next);
    }
  }

  result<job_info> job(const std::string& id) override {
    return ask<job_info>({{"verb", "job"}, {"id", id}});
  }

  result<std::vector<json>> history(const std::string& id) override {
    return ask<std::vector<json>>({{"verb", "history"}, {"id", id}});
  }

  result<job_list> jobs(const job_query& which) override {
    return ask<job_list>(with_verb("jobs", to_control(which)));
  }

  result<std::vector<stats_info>> stats(const stats_query& which) override {
    return ask<std::vector<stats_info>>(with_verb("stats", to_control(which)));
  }

  result<version_info> validate(const std::string& file) override {
    return ask<version_info>({{"verb", "validate"}, {"file", absolute(file)}});
  }

  result<version_info> deploy(const std::string& file) override {
    return ask<version_info>({{"verb", "deploy"}, {"file", absolute(file)}});
  }

  result<void> activate(const std::string& app, const std::string& version) override {
    return done({{"verb", "activate"}, {"app", app}, {"version", version}});
  }

  result<std::vector<version_info>> versions(const std::string& app) override {
    return ask<std::vector<version_info>>({{"verb", "versions"}, {"app", app}});
  }

  result<json> definition(const std::string& app, const std::string& version) override {
    return ask<json>({{"verb", "definition"}, {"app", app}, {"version", version}});
  }

  result<void> scrub(const std::string& job) override {
    return done({{"verb", "scrub"}, {"id", job}});
  }

private:
  static json with_verb(const char* verb, json request) {
    request["verb"] = verb;
    return request;
  }

  /// The node has a folder of its own.
  static std::string absolute(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::absolute(file, ignored).string();
  }

  /// One question, one connection, one answer: what stands under "ok".
  result<json> exchange(const json& request) const {
    auto asked = line_of(request);
    if (!asked)
      return failure{fault::invalid, "what is asked has text that is not UTF-8; nothing was done"};
    const auto peer = dial();
    if (!peer) return peer.error();
    line_reader reader{peer->get(), longest_answer};
    const auto line = send_line(peer->get(), std::move(*asked)) ? reader.next() : std::nullopt;
    if (!line)
      return failure{
          fault::unreachable,
          fmt::format("{}: the node went away before it answered; whether it was done is "
                      "unknown",
                      socket_.string())};
    return read_answer(*line, socket_.string());
  }

  template <class T>
  result<T> ask(const json& request) const {
    const auto answer = exchange(request);
    if (!answer) return answer.error();
    try {
      T value{};
      from_control(*answer, value);
      return value;
    } catch (const std::exception& wrong) {
      return failure{fault::failed, fmt::format("{}: an answer of another shape: {}",
                                                socket_.string(), wrong.what())};
    }
  }

  result<void> done(const json& request) const {
    const auto answer = exchange(request);
    if (!answer) return answer.error();
    return {};
  }

  static std::chrono::milliseconds left_until(std::chrono::steady_clock::time_point until) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(until -
                                                                 std::chrono::steady_clock::now());
  }

  /// How long one question may take.
  static std::chrono::milliseconds slice_of(std::chrono::milliseconds left) {
    return std::clamp(left, std::chrono::milliseconds{0}, longest_control_wait);
  }

  result<ending> wait_until(const std::string& job,
                            std::chrono::steady_clock::time_point until) const {
    while (true) {
      const auto left = left_until(until);
      const auto slice = slice_of(left);
      auto ended = ask<ending>({{"verb", "wait"}, {"id", job}, {"timeout_ms", slice.count()}});
      if (ended || ended.error().code != fault::timeout || left <= slice) return ended;
    }
  }

  std::filesystem::path socket_;
};

} // namespace

result<std::unique_ptr<client>> connect(const std::filesystem::path& socket) {
  auto made = std::make_unique<remote_client>(socket);
  if (const auto peer = made->dial(); !peer) return peer.error();
  return std::unique_ptr<client>{std::move(made)};
}

} // namespace quipu
