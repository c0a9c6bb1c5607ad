#include <quipu/client.hpp>

#include "flows/view.hpp"

namespace quipu {

namespace {

std::string iso(std::chrono::system_clock::time_point at) {
  return iso_time(
      std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

json to_json(const job_error& what) {
  json made{{"code", what.code}, {"message", what.message}};
  if (!what.activity.empty()) made["activity"] = what.activity;
  if (!what.data.is_null()) made["data"] = what.data;
  return made;
}

} // namespace

json to_json(const job_info& what) {
  json made{{"id", what.id},
            {"app", what.app},
            {"version", what.version},
            {"topic", what.topic},
            {"state", what.state},
            {"key", what.key},
            {"composite", what.composite},
            {"data", what.data}};
  if (what.error) made["error"] = to_json(*what.error);
  made["created"] = iso(what.created);
  if (what.ended) made["ended"] = iso(*what.ended);
  if (!what.parent.empty()) made["parent"] = what.parent;
  if (!what.children.empty()) made["children"] = what.children;
  if (!what.passes.empty()) {
    auto& passes = made["passes"] = json::object();
    for (const auto& [activity, open] : what.passes) passes[activity] = open;
  }
  if (!what.open.empty()) made["open"] = what.open;
  made["history"] = name(what.history);
  return made;
}

json to_json(const ending& what) {
  json made{{"job", what.job}, {"state", what.state}, {"data", what.data}};
  if (what.error) made["error"] = to_json(*what.error);
  return made;
}

} // namespace quipu
