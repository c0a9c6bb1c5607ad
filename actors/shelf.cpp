#include "actors/shelf.hpp"

#include "flows/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace quipu {

namespace {

failure several(const std::vector<std::shared_ptr<const plan>>& active) {
  std::vector<std::string_view> apps;
  apps.reserve(active.size());
  for (const auto& each : active) apps.push_back(each->app);
  return {fault::bad_request,
          fmt::format("several apps are active, say which: {}", fmt::join(apps, ", "))};
}

} // namespace

void shelf::put(std::shared_ptr<const plan> made) {
  const std::scoped_lock lock{guard_};
  plans_.try_emplace(key{made->app, made->version}, std::move(made)); // the same is there already
}

void shelf::activate(const std::string& app, const std::string& version) {
  const std::scoped_lock lock{guard_};
  active_.insert_or_assign(app, version);
}

std::shared_ptr<const plan> shelf::find(const std::string& app, const std::string& version) const {
  const std::scoped_lock lock{guard_};
  const auto found = plans_.find({app, version});
  return found == plans_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const plan>> shelf::all_active() const {
  const std::scoped_lock lock{guard_};
  std::vector<std::shared_ptr<const plan>> all;
  for (const auto& [app, version] : active_)
    if (const auto found = plans_.find({app, version}); found != plans_.end())
      all.push_back(found->second);
  return all;
}

std::vector<std::shared_ptr<const plan>> shelf::versions(const std::string& app) const {
  const std::scoped_lock lock{guard_};
  std::vector<std::shared_ptr<const plan>> all;
  for (auto found = plans_.lower_bound({app, {}});
       found != plans_.end() && found->first.first == app; ++found)
    all.push_back(found->second);
  return all;
}

result<std::string> shelf::only_active() const {
  const auto all = all_active();
  if (all.size() == 1) return all.front()->app;
  if (all.empty()) return failure{fault::not_found, "no app is active"};
  return several(all);
}

result<std::shared_ptr<const plan>> shelf::active(const std::string& topic,
                                                  const std::string& app) const {
  const auto all = all_active();
  if (app.empty() && all.size() > 1) return several(all);
  std::vector<std::string> topics;
  for (const auto& each : all) {
    if (!app.empty() && each->app != app) continue;
    if (!topic.starts_with('.') && each->find(topic) != nullptr) return each;
    for (auto& known : each->public_topics()) topics.push_back(std::move(known));
  }
  if (!app.empty() && topics.empty())
    return failure{fault::not_found, fmt::format("no version of app \"{}\" is active", app)};
  if (topics.empty())
    return failure{fault::not_found,
                   fmt::format("no flow is at \"{}\": nothing is deployed and active", topic)};
  const std::vector<std::string_view> known{topics.begin(), topics.end()};
  return failure{fault::not_found,
                 fmt::format("no flow is at \"{}\"{}; there are: {}", topic,
                             did_you_mean(topic, known), fmt::join(topics, ", "))};
}

} // namespace quipu
