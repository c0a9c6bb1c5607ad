#include "apps/quipu/exit.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct scrub_arguments {
  target where;
  std::string job;
};

int scrub(const scrub_arguments& with) {
  auto opened = with.where.keep();
  if (!opened) return complain_target(opened.error());
  const auto done = opened->verbs().scrub(with.job);
  if (!done) return complain(done.error());
  terminal{stdout}.line(escaped(with.job + "  forgotten"));
  return exit_code::done;
}

} // namespace

action declare_scrub(CLI::App& to) {
  const auto with = std::make_shared<scrub_arguments>();
  to.add_option("ID", with->job, "of a job that has ended")->required();
  with->where.declare(to);
  return [with] { return scrub(*with); };
}

} // namespace quipu
