#include "apps/quipu/exit.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace quipu {

namespace {

struct deploy_arguments {
  target where;
  std::string file;
  bool activate = false;
};

int deploy(const deploy_arguments& with) {
  auto opened = with.where.keep();
  if (!opened) return complain_target(opened.error());
  auto& verbs = opened->verbs();
  const auto made = verbs.deploy(with.file);
  if (!made) return complain_definition(made.error());
  if (with.activate)
    if (const auto active = verbs.activate(made->app, made->version); !active)
      return complain(active.error());
  terminal{stdout}.line(escaped(
      fmt::format("app {}, version {}: {}", made->app, made->version,
                  with.activate ? "new jobs take it"
                                : fmt::format("kept; quipu activate {} {} makes new jobs take it",
                                              made->app, made->version))));
  return exit_code::done;
}

} // namespace

action declare_deploy(CLI::App& to) {
  const auto with = std::make_shared<deploy_arguments>();
  to.add_option("FILE", with->file, "an app file")->required();
  with->where.declare(to);
  to.add_flag("--activate", with->activate, "new jobs take it from now on");
  return [with] { return deploy(*with); };
}

} // namespace quipu
