#include "apps/quipu/exit.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace quipu {

namespace {

struct retry_arguments {
  target where;
  std::string job;
  retry_options options;
};

int retry(const retry_arguments& with) {
  auto opened = with.where.work({});
  if (!opened) return complain_target(opened.error());
  const auto made = opened->verbs().retry(with.job, with.options);
  if (!made) return complain(made.error());
  terminal{stdout}.line(escaped(*made));
  return exit_code::done;
}

} // namespace

action declare_retry(CLI::App& to) {
  const auto with = std::make_shared<retry_arguments>();
  to.description("Starts a failed job again where it failed, as a new job whose id is printed.\n"
                 "What had settled is not done again. What was open goes on: calls are made again "
                 "with the same\ninput and the same idempotency keys, awaited flows are started "
                 "again, hooks wait again.\nThe failed job stays as it is, and whoever awaited it "
                 "has been told.");
  to.add_option("ID", with->job, "of the job that failed")->required();
  with->where.declare(to);
  to.add_option(
      "--id", with->options.id,
      "of the new job, refused if it is taken; else ID~1, so that a second retry is refused");
  return [with] { return retry(*with); };
}

} // namespace quipu
