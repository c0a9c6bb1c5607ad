#include "actors/flow_test/compare.hpp"

#include "actors/flow_test/reading.hpp"
#include "flows/condition.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu::flow_test {

namespace {

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

class comparing {
public:
  std::vector<std::string> found;

  void same_as(const char* what, const json& wanted, const json& is) {
    if (!same(wanted, is)) differ(what, wanted, is);
  }
  void part_of(const std::string& what, const json& wanted, const json& is) {
    if (!is_subset(wanted, is)) differ(what, wanted, is);
  }
  void differ(const std::string& what, const json& wanted, const json& is) {
    found.push_back(fmt::format("{}: expected {}, is {}", what, text_of(wanted), text_of(is)));
  }
};

json error_of(const job_info& info) {
  if (!info.error) return nullptr;
  json error{{"code", info.error->code}, {"message", info.error->message}};
  if (!info.error->activity.empty()) error["activity"] = info.error->activity;
  if (!info.error->data.is_null()) error["data"] = info.error->data;
  return error;
}

void compare_job(const expectation& wanted, const job_info& info, comparing& to) {
  if (wanted.state) to.same_as("state", *wanted.state, info.state);
  if (wanted.key) to.same_as("key", *wanted.key, info.key);
  if (wanted.composite) to.same_as("composite", *wanted.composite, info.composite);
  if (wanted.passes) {
    json is = json::object();
    for (const auto& [activity, keys] : *wanted.passes) {
      const auto found = info.passes.find(activity);
      is[activity] = found == info.passes.end() ? json::array() : json(found->second);
    }
    to.same_as("passes", *wanted.passes, is);
  }
  if (wanted.data) to.part_of("data", *wanted.data, info.data);
  if (wanted.exactly) to.same_as("exactly", *wanted.exactly, info.data);
  if (wanted.error) to.part_of("error", *wanted.error, error_of(info));
  if (wanted.children) {
    auto expected = *wanted.children;
    auto are = info.children;
    std::sort(expected.begin(), expected.end());
    std::sort(are.begin(), are.end());
    to.same_as("children", expected, are);
  }
}

bool is_about_a_job(const expectation& wanted) {
  return wanted.state || wanted.key || wanted.composite || wanted.passes || wanted.data ||
         wanted.exactly || wanted.error || wanted.children;
}

/// `sum: 30` is short for the only sum that there is.
void compare_stats(const stats_expectation& wanted, stage& on, comparing& to) {
  const auto what = fmt::format("stats of {} \"{}\"", wanted.of.topic, *wanted.of.key);
  const auto read = on.stats(wanted.of);
  if (!read) return to.found.push_back(fmt::format("{}: {}", what, read.error().message));
  auto is = to_json(read->front().total);
  for (const auto& [measure, value] : wanted.is.items())
    if (const auto found = is.find(measure);
        found != is.end() && found->is_object() && found->size() == 1 && !value.is_object())
      *found = json(*found->begin());
  to.part_of(what, wanted.is, is);
}

} // namespace

std::vector<std::string> compare(const expectation& wanted, const std::string& job, stage& on) {
  comparing all;
  if (is_about_a_job(wanted)) {
    const auto info = on.job(job);
    if (wanted.state == "absent") {
      if (info) all.differ("state", "absent", info->state);
    } else if (!info) {
      all.found.push_back(fmt::format("job \"{}\": {}", job, info.error().message));
    } else {
      compare_job(wanted, *info, all);
    }
  }
  for (const auto& [topic, count] : wanted.calls)
    all.part_of("calls of " + topic, count, static_cast<std::int64_t>(on.calls(topic)));
  for (const auto& [topic, published] : wanted.published) {
    const json is = on.published(topic);
    if (published.is_array())
      all.part_of("published on " + topic, published, is);
    else
      all.part_of("published on " + topic, published, static_cast<std::int64_t>(is.size()));
  }
  for (const auto& each : wanted.stats) compare_stats(each, on, all);
  return std::move(all.found);
}

} // namespace quipu::flow_test
