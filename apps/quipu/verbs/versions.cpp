#include "apps/quipu/exit.hpp"
#include "apps/quipu/show.hpp"
#include "apps/quipu/target.hpp"
#include "apps/quipu/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace quipu {

namespace {

constexpr std::size_t hash_shown = 12;

struct versions_arguments {
  target where;
  std::string app;
  bool as_json = false;
};

json to_json(const version_info& what) {
  return {
      {"app", what.app}, {"version", what.version}, {"hash", what.hash}, {"active", what.active}};
}

int look_at_versions(const versions_arguments& with) {
  auto opened = with.where.look();
  if (!opened) return complain_target(opened.error());
  const auto versions = opened->verbs().versions(with.app);
  if (!versions) return complain(versions.error());
  if (with.as_json) {
    auto rows = json::array();
    for (const auto& each : *versions) rows.push_back(to_json(each));
    print_json(rows);
    return exit_code::done;
  }
  std::vector<std::vector<std::string>> rows{{"app", "version", "active", "hash"}};
  for (const auto& each : *versions)
    rows.push_back(
        {each.app, each.version, each.active ? "yes" : "no", each.hash.substr(0, hash_shown)});
  print_table(rows);
  return exit_code::done;
}

} // namespace

action declare_versions(CLI::App& to) {
  const auto with = std::make_shared<versions_arguments>();
  with->where.declare(to);
  to.add_option("--app", with->app, "only this app");
  to.add_flag("--json", with->as_json, "as JSON");
  return [with] { return look_at_versions(*with); };
}

} // namespace quipu
