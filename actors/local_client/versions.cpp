#include "actors/answered.hpp"
#include "actors/definitions.hpp"
#include "actors/local_client.hpp"

#include <fmt/format.h>

/// Definitions: deployed, active, looked up.
namespace quipu {

result<version_info> local_client::validate(const std::string& file) {
  findings told;
  auto app = read_app(file, told, with_.definitions);
  if (!app) return app.error();
  return version_info{app->stored.app, app->stored.version, app->stored.hash, false};
}

result<version_info> local_client::deploy(const std::string& file) {
  const auto in = enter(needs::writing);
  if (!in) return in.error();
  findings told;
  auto app = read_app(file, told, with_.definitions);
  if (!app) return app.error();
  version_info made{app->stored.app, app->stored.version, app->stored.hash, false};
  answered<void> kept;
  with_.store->deploy(std::move(app->stored), kept.then());
  if (auto done = kept.wait(); !done) return done.error();
  with_.plans->put(std::move(app->made));
  return made;
}

result<void> local_client::activate(const std::string& app, const std::string& version) {
  const auto in = enter(needs::writing);
  if (!in) return in.error();
  const std::scoped_lock one_at_a_time{activating_};
  answered<void> done;
  with_.store->activate(app, version, done.then());
  auto answer = done.wait();
  if (answer) with_.plans->activate(app, version);
  return answer;
}

result<std::vector<version_info>> local_client::versions(const std::string& app) {
  const auto in = enter();
  if (!in) return in.error();
  answered<std::vector<app_version>> asked;
  with_.store->apps(asked.then());
  auto found = asked.wait();
  if (!found) return found.error();
  std::vector<version_info> all;
  for (auto& each : *found)
    if (app.empty() || each.app == app)
      all.push_back(
          {std::move(each.app), std::move(each.version), std::move(each.hash), each.active});
  return all;
}

result<json> local_client::definition(const std::string& app, const std::string& version) {
  const auto in = enter();
  if (!in) return in.error();
  auto wanted = version;
  if (wanted.empty()) {
    auto all = versions(app);
    if (!all) return all.error();
    for (auto& each : *all)
      if (each.active) wanted = std::move(each.version);
    if (wanted.empty())
      return failure{fault::not_found, fmt::format("no version of app \"{}\" is active", app)};
  }
  answered<app_version> asked;
  with_.store->fetch(app, wanted, asked.then());
  auto found = asked.wait();
  if (!found) return found.error();
  return json::parse(found->source);
}

} // namespace quipu
