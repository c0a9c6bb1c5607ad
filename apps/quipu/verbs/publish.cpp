#include "apps/quipu/exit.hpp"
#include "apps/quipu/message.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct publish_arguments {
  target where;
  std::string topic;
  std::string message = "{}";
  publish_options how;
  bool as_json = false;
};

int publish(const publish_arguments& with) {
  auto message = read_message(with.message);
  if (!message) return complain_usage(message.error().message);
  auto opened = with.where.work({});
  if (!opened) return complain_target(opened.error());
  const auto job = opened->verbs().publish(with.topic, std::move(*message), with.how);
  if (!job) return complain(job.error());
  if (with.as_json)
    print_json({{"job", *job}});
  else
    terminal{stdout}.line(escaped(*job));
  return exit_code::done;
}

} // namespace

action declare_publish(CLI::App& to) {
  const auto with = std::make_shared<publish_arguments>();
  to.add_option("TOPIC", with->topic, "what the flow subscribes to")->required();
  to.add_option("MESSAGE", with->message, message_help)->capture_default_str();
  with->where.declare(to);
  to.add_option("--id", with->how.id, "the job's id; else one is made");
  to.add_option("--app", with->how.app, "which app, if more than one is active");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return publish(*with); };
}

} // namespace quipu
