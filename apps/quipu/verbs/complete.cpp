#include "apps/quipu/exit.hpp"
#include "apps/quipu/message.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct complete_arguments {
  target where;
  std::string job;
  std::string activity;
  std::string message = "{}";
  std::string status;
  int code = 0;
  complete_options how;
};

/// As in a worker's reply: the code follows the status, the status the code.
reply reply_of(const complete_arguments& with, json data) {
  reply made;
  made.data = std::move(data);
  const bool is_error = with.status == "error" || (with.status.empty() && with.code >= 400);
  const bool is_pending = with.status == "pending" || (with.status.empty() && with.code == 202);
  made.is = is_error     ? reply::status::error
            : is_pending ? reply::status::pending
                         : reply::status::success;
  made.code = with.code != 0 ? with.code : is_error ? 500 : is_pending ? 202 : 200;
  return made;
}

int complete(const complete_arguments& with) {
  auto message = read_message(with.message);
  if (!message) return complain_usage(message.error().message);
  auto opened = with.where.keep();
  if (!opened) return complain_target(opened.error());
  const auto done = opened->verbs().complete(with.job, with.activity,
                                             reply_of(with, std::move(*message)), with.how);
  if (!done) return complain(done.error());
  terminal{stdout}.line(escaped(fmt::format("{}  {} has its answer", with.job, with.activity)));
  return exit_code::done;
}

} // namespace

action declare_complete(CLI::App& to) {
  const auto with = std::make_shared<complete_arguments>();
  constexpr int least_code = 100;
  constexpr int most_code = 599;
  to.add_option("JOB", with->job, "the job's id")->required();
  to.add_option("ACTIVITY", with->activity, "which of its activities is pending")->required();
  to.add_option("MESSAGE", with->message, message_help)->capture_default_str();
  with->where.declare(to);
  to.add_option("--code", with->code, "of the reply; else 200, 202 or 500 by its status")
      ->check(CLI::Range(least_code, most_code));
  to.add_option("--status", with->status, "of the reply; else by its code")
      ->check(CLI::IsMember({"success", "pending", "error"}));
  to.add_option("--dimension", with->how.dimension, "which pass, if several are pending");
  to.add_option("--id", with->how.id, "the same one within the hour changes nothing");
  return [with] { return complete(*with); };
}

} // namespace quipu
