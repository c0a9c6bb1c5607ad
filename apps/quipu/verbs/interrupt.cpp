#include "apps/quipu/exit.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct interrupt_arguments {
  target where;
  std::string job;
  interrupt_options how;
  bool quiet = false;
};

int interrupt(const interrupt_arguments& with) {
  auto opened = with.where.work({});
  if (!opened) return complain_target(opened.error());
  auto how = with.how;
  how.throws = !with.quiet;
  const auto done = opened->verbs().interrupt(with.job, std::move(how));
  if (!done) return complain(done.error());
  terminal{stdout}.line(escaped(with.job + "  interrupted"));
  return exit_code::done;
}

} // namespace

action declare_interrupt(CLI::App& to) {
  const auto with = std::make_shared<interrupt_arguments>();
  constexpr int least_code = 400;
  constexpr int most_code = 999;
  to.add_option("JOB", with->job, "the job's id")->required();
  with->where.declare(to);
  to.add_option("--reason", with->how.reason, "why, for whoever reads the error");
  to.add_option("--code", with->how.code, "of the error")
      ->check(CLI::Range(least_code, most_code))
      ->capture_default_str();
  to.add_flag("--no-throw", with->quiet, "no error: whoever awaits the job gets its data");
  to.add_flag("--descend", with->how.descend, "the jobs that it awaits too");
  return [with] { return interrupt(*with); };
}

} // namespace quipu
