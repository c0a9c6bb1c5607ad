#include "apps/quipu/exit.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct activate_arguments {
  target where;
  std::string app;
  std::string version;
};

int activate(const activate_arguments& with) {
  auto opened = with.where.keep();
  if (!opened) return complain_target(opened.error());
  const auto done = opened->verbs().activate(with.app, with.version);
  if (!done) return complain(done.error());
  terminal{stdout}.line(
      escaped(fmt::format("app {}, version {}: new jobs take it", with.app, with.version)));
  return exit_code::done;
}

} // namespace

action declare_activate(CLI::App& to) {
  const auto with = std::make_shared<activate_arguments>();
  to.add_option("APP", with->app, "the app's id")->required();
  to.add_option("VERSION", with->version, "one that was deployed")->required();
  with->where.declare(to);
  return [with] { return activate(*with); };
}

} // namespace quipu
