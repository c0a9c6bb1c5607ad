#include "actors/definitions.hpp"

#include "actors/answered.hpp"
#include "collation/chain.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"

#include <fmt/format.h>

namespace quipu {

namespace {

failure all_faults(const findings& told) { return {fault::invalid, errors_of(told)}; }

} // namespace

result<compiled_app> read_app(const std::filesystem::path& file, findings& told,
                              const read_limits& limits) {
  const auto root = read_file(file, told, limits);
  if (!root) return root.error();
  if (told.failed()) return all_faults(told);
  const auto app = read_definition(*root, told, limits);
  if (!app) return all_faults(told);
  auto made = compile(*app, told);
  if (!made) return all_faults(told);
  compiled_app whole;
  whole.stored.app = app->id;
  whole.stored.version = app->version;
  whole.stored.source = to_json(*root).dump();
  whole.stored.hash = to_hex(chain(whole.stored.source, {}));
  whole.stored.public_topics = made->public_topics();
  whole.made = std::move(made);
  return whole;
}

result<std::shared_ptr<const plan>> plan_of(const app_version& stored) {
  findings told;
  const auto source = json::parse(stored.source, nullptr, false);
  if (source.is_discarded())
    return failure{fault::corrupt,
                   fmt::format("the stored definition of app \"{}\" version \"{}\" is no JSON",
                               stored.app, stored.version)};
  const auto app = read_definition(to_tree(source), told, {.activities = SIZE_MAX});
  auto made = app ? compile(*app, told) : nullptr;
  if (!made) return all_faults(told);
  return std::shared_ptr<const plan>{std::move(made)};
}

result<void> load_apps(ledger& from, shelf& into) {
  answered<std::vector<app_version>> listed;
  from.apps(listed.then());
  auto versions = listed.wait();
  if (!versions) return versions.error();
  for (const auto& each : *versions) {
    answered<app_version> fetched;
    from.fetch(each.app, each.version, fetched.then());
    auto stored = fetched.wait();
    if (!stored) return stored.error();
    auto made = plan_of(*stored);
    if (!made) return made.error();
    into.put(std::move(*made));
    if (each.active) into.activate(each.app, each.version);
  }
  return {};
}

} // namespace quipu
