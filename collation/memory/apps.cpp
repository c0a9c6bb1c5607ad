#include "collation/memory/store.hpp"

#include "collation/refusals.hpp"

#include <algorithm>

/// Deployed versions.
namespace quipu::memory {

result<void> store::deploy(app_version what) {
  if (const auto there = apps_.find({what.app, what.version}); there != apps_.end()) {
    if (there->second.hash == what.hash && there->second.source == what.source) return {};
    return refusals::other_content(what, there->second.hash);
  }
  for (const auto& topic : what.public_topics)
    for (const auto& [key, other] : apps_)
      if (other.app != what.app && std::ranges::count(other.public_topics, topic))
        return refusals::topic_belongs(topic, other.app, what.app);
  what.active = false;
  auto key = std::pair{what.app, what.version};
  apps_.emplace(std::move(key), std::move(what));
  return {};
}

result<void> store::activate(const std::string& app, const std::string& version) {
  if (!apps_.contains({app, version})) return refusals::not_deployed(app, version);
  for (auto& [key, row] : apps_)
    if (key.first == app) row.active = key.second == version;
  return {};
}

result<app_version> store::fetch(const std::string& app, const std::string& version) const {
  const auto found = apps_.find({app, version});
  if (found != apps_.end()) return found->second;
  return refusals::not_deployed(app, version);
}

std::vector<app_version> store::apps() const {
  std::vector<app_version> all;
  for (const auto& [key, row] : apps_) {
    all.push_back(row);
    all.back().source.clear();
  }
  return all;
}

} // namespace quipu::memory
