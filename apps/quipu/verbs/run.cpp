#include "apps/quipu/answers.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/message.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"
#include "flows/duration.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

namespace quipu {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1s; ///< before a topic without a worker is named
constexpr std::chrono::years longest_wait{100};

struct run_arguments {
  target where;
  std::string topic;
  std::string message = "{}";
  std::string deploy;
  std::string answers;
  std::string id;
  std::string app;
  std::string timeout = "60s";
  bool as_json = false;
};

/// A call that waits because nobody serves its topic.
struct unserved {
  std::string topic;
  std::string activity;

  auto operator<=>(const unserved&) const = default;
};

/// The calls for which the job, or one that it awaits, waits in vain.
void find_unserved(client& from, const std::string& id, std::set<unserved>& found, int depth = 0) {
  constexpr int deepest = 1000;
  const auto job = from.job(id);
  if (!job || depth > deepest) return;
  for (const auto& each : job->open)
    if (each.value("kind", "") == "backlog")
      found.insert({each.value("topic", ""), each.value("activity", "")});
  for (const auto& child : job->children) find_unserved(from, child, found, depth + 1);
}

/// Deploys and activates, if asked to. A definition that is refused has said why, a line a fault.
std::optional<int> deploy(client& to, const run_arguments& with) {
  if (with.deploy.empty()) return std::nullopt;
  const auto deployed = to.deploy(with.deploy);
  if (!deployed) return complain_definition(deployed.error());
  const auto active = to.activate(deployed->app, deployed->version);
  if (!active) return complain(active.error());
  return std::nullopt;
}

int conclude(const ending& end, bool as_json) {
  if (as_json) {
    print_json(to_json(end));
  } else {
    terminal out{stdout};
    out.line(fmt::format("{}  {}  {}", escaped(end.job), escaped(end.state), shown(end.data)));
    if (end.error) out.line("  error  " + shown(*end.error));
  }
  return end.state == "completed" || !end.error ? exit_code::done : exit_code::failed;
}

/// A job that has not ended in time, and what becomes of it now.
int give_up(const std::string& job, const run_arguments& with, bool is_remote) {
  const auto next = is_remote ? fmt::format("it goes on: quipu job {}", job)
                    : with.where.keeps()
                        ? fmt::format("it goes on with the next node: quipu job {}", job)
                        : std::string{"it is gone: memory: keeps nothing"};
  return complain(
      {fault::timeout, fmt::format("{} has not ended after {}; {}", job, with.timeout, next)});
}

int run(const run_arguments& with) {
  auto timeout = parse_duration(with.timeout);
  if (!timeout) return complain_usage("--timeout: " + timeout.error().message);
  if (*timeout < 0ms)
    return complain_usage(fmt::format(
        "--timeout: \"{}\" is less than nothing; 0s or more would be right, like 30s, 1h",
        with.timeout));
  timeout = std::min<std::chrono::milliseconds>(*timeout, longest_wait);
  auto message = read_message(with.message);
  if (!message) return complain_usage(message.error().message);

  std::shared_ptr<answers> mocks;
  if (!with.answers.empty()) {
    auto read = answers::read(with.answers);
    if (!read) return complain_lines(read.error().message);
    mocks = std::move(*read);
  }
  auto opened =
      with.where.work(mocks ? [&](node& to) { mocks->serve(to); } : std::function<void(node&)>{});
  if (!opened) return complain_target(opened.error());
  auto& verbs = opened->verbs();
  if (const auto refused = deploy(verbs, with)) return *refused;

  const auto job = verbs.publish(with.topic, std::move(*message), {.id = with.id, .app = with.app});
  if (!job) return complain(job.error());
  const auto first = std::min<std::chrono::milliseconds>(*timeout, patience);
  auto end = verbs.wait(*job, first);
  if (!end && end.error().code == fault::timeout && *timeout > first) {
    terminal err{stderr};
    std::set<unserved> calls;
    find_unserved(verbs, *job, calls);
    for (const auto& call : calls)
      err.line(escaped(fmt::format(
          "waiting: nobody serves topic \"{}\" (activity \"{}\"); {} would", call.topic,
          call.activity, opened->is_remote() ? "a program that serves it" : "--answers FILE")));
    end = verbs.wait(*job, *timeout - first);
  }
  if (!end && end.error().code == fault::timeout) return give_up(*job, with, opened->is_remote());
  if (!end)
    return complain({end.error().code,
                     fmt::format("{}; job \"{}\" had been accepted", end.error().message, *job)});
  return conclude(*end, with.as_json);
}

} // namespace

action declare_run(CLI::App& to) {
  const auto with = std::make_shared<run_arguments>();
  to.add_option("TOPIC", with->topic, "what the flow subscribes to")->required();
  to.add_option("MESSAGE", with->message, message_help)->capture_default_str();
  with->where.declare(to);
  to.add_option("--deploy", with->deploy, "deploy and activate this app file first")
      ->type_name("FILE");
  to.add_option("--answers", with->answers,
                "answer the workers' calls from `workers:` of this file")
      ->type_name("FILE");
  to.add_option("--id", with->id, "the job's id; else one is made");
  to.add_option("--app", with->app, "which app, if more than one is active");
  to.add_option("--timeout", with->timeout, "how long to wait for the end: 30s, 1h")
      ->capture_default_str();
  to.add_flag("--json", with->as_json, "the end as JSON");
  return [with] { return run(*with); };
}

} // namespace quipu
