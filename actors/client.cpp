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
  if (!what.from.empty()) made["from"] = what.from;
  if (!what.children.empty()) made["children"] = what.children;
  if (!what.passes.empty()) {
    auto& passes = made["passes"] = json::object();
    for (const auto& [activity, open] : what.passes) passes[activity] = open;
  }
  if (!what.open.empty()) made["open"] = what.open;
  made["history"] = name(what.history);
  return made;
}

json to_json(const job_list::row& what) {
  json made{{"id", what.id},       {"app", what.app},     {"version", what.version},
            {"topic", what.topic}, {"state", what.state}, {"created", iso(what.created)}};
  if (what.ended) made["ended"] = iso(*what.ended);
  return made;
}

json to_json(const stats_info& what) {
  json made{{"key", what.key}};
  made.update(to_json(what.total));
  auto& stretches = made["stretches"] = json::array();
  for (const auto& each : what.stretches) {
    json row{{"from", each.from ? json(iso(*each.from)) : json(nullptr)}};
    row.update(to_json(each.what));
    stretches.push_back(std::move(row));
  }
  return made;
}

json to_json(const announcement& what) {
  return {{"id", what.id},       {"at", iso(what.at)}, {"app", what.app},
          {"topic", what.topic}, {"job", what.job},    {"data", what.data}};
}

std::string_view name(reception what) noexcept {
  switch (what) {
  case reception::answered: return "answered";
  case reception::early: return "early";
  case reception::repeated: return "repeated";
  }
  return "";
}

result<void> client::subscribe(const std::string& topic,
                               const std::function<bool(announcement)>& take,
                               subscribe_options options) {
  constexpr std::chrono::milliseconds patience{500};
  for (auto after = std::move(options.after); !options.stop.stop_requested();) {
    auto page = listen(topic, after, patience);
    if (!page) return page.error();
    for (auto& each : page->all)
      if (!take(std::move(each))) return {};
    after = std::move(page->next);
  }
  return {};
}

json to_json(const ending& what) {
  json made{{"job", what.job}, {"state", what.state}, {"data", what.data}};
  if (what.error) made["error"] = to_json(*what.error);
  return made;
}

} // namespace quipu
