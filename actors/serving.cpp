#include "actors/serving.hpp"

#include <fmt/format.h>

#include <map>

namespace quipu {

namespace {

constexpr std::size_t most_counted = 1'000;

} // namespace

int exit_code_of_start(fault why) noexcept {
  switch (why) {
  case fault::invalid:
  case fault::bad_request:
  case fault::not_found:
  case fault::too_large: return 2;
  case fault::conflict:
  case fault::unavailable:
  case fault::unreachable:
  case fault::corrupt: return 3;
  default: return 1;
  }
}

std::string told_apps(client& of) {
  const auto versions = of.versions();
  if (!versions) return versions.error().message;
  std::map<std::string, std::pair<std::string, std::size_t>> apps;
  for (const auto& each : *versions) {
    auto& [active, count] = apps[each.app];
    if (each.active) active = each.version;
    ++count;
  }
  std::string told;
  for (const auto& [app, state] : apps) {
    told += fmt::format("{}{} {}", told.empty() ? "" : ", ", app,
                        state.first.empty() ? "(none active)" : state.first);
    if (state.second > 1) told += fmt::format(" ({} versions)", state.second);
  }
  return told.empty() ? "none" : told;
}

std::string told_rest(client& of, bool shared) {
  const auto running =
      of.jobs({.topic = {}, .state = "running", .after = {}, .most = most_counted});
  if (!running) return running.error().message;
  const auto count = running->rows.size();
  if (count == 0) return "no job is unfinished";
  return fmt::format("{}{} {} unfinished and {} on {}", count,
                     running->next.empty() ? "" : " or more", count == 1 ? "job is" : "jobs are",
                     count == 1 ? "goes" : "go",
                     shared ? "with another node, or at the next start" : "at the next start");
}

} // namespace quipu
