#include "actors/flow_test/compare.hpp"

#include "actors/flow_test/reading.hpp"
#include "flows/condition.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu::flow_test {

namespace {

/// So many differences of one value are told; more would hide the rest.
constexpr std::size_t most_told = 10;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string said(const json* value) { return value == nullptr ? "nothing" : text_of(*value); }

class comparing {
public:
  std::vector<difference> found;
  std::string of; ///< " of JOB", while a job is compared

  void same_as(const std::string& key, const json& wanted, const json& is) {
    if (!same(wanted, is)) differ(key, key, &wanted, &is);
  }

  /// Where what is differs from the pattern, each place by its path; `whole`: it has nothing else.
  void match(const std::string& key, const std::string& path, const json& wanted, const json& is,
             bool whole) {
    if (wanted.is_object() && is.is_object()) {
      for (const auto& [name, item] : wanted.items()) {
        const auto place = fmt::format("{}.{}", path, name);
        const auto has = is.find(name);
        if (has == is.end())
          differ(key, place, &item, nullptr);
        else
          match(key, place, item, *has, whole);
      }
      if (!whole) return;
      for (const auto& [name, item] : is.items())
        if (!wanted.contains(name)) differ(key, fmt::format("{}.{}", path, name), nullptr, &item);
    } else if (wanted.is_array() && is.is_array() && wanted.size() == is.size()) {
      for (std::size_t at = 0; at < wanted.size(); ++at)
        match(key, fmt::format("{}.{}", path, at), wanted[at], is[at], whole);
    } else if (!same(wanted, is)) {
      differ(key, path, &wanted, &is);
    }
  }

  void differ(const std::string& key, const std::string& path, const json* wanted, const json* is) {
    if (static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [&](const auto& each) {
          return each.key == key;
        })) < most_told)
      found.push_back(
          {key, fmt::format("{}{}: expected {}, is {}", path, of, said(wanted), said(is))});
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
  if (wanted.passes)
    for (const auto& [activity, keys] : *wanted.passes) {
      const auto open = info.passes.find(activity);
      const auto is = open == info.passes.end() ? json::array() : json(open->second);
      to.match("passes", "passes." + activity, keys, is, true);
    }
  if (wanted.data) to.match("data", "data", *wanted.data, info.data, false);
  if (wanted.exactly) to.match("exactly", "data", *wanted.exactly, info.data, true);
  if (wanted.error) to.match("error", "error", *wanted.error, error_of(info), false);
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
  if (!read)
    return to.found.push_back({"stats", fmt::format("{}: {}", what, read.error().message)});
  auto is = to_json(read->front().total);
  for (const auto& [measure, value] : wanted.is.items())
    if (const auto found = is.find(measure);
        found != is.end() && found->is_object() && found->size() == 1 && !value.is_object())
      *found = json(*found->begin());
  to.match("stats", what, wanted.is, is, false);
}

} // namespace

std::vector<difference> compare(const expectation& wanted, const std::string& job, stage& on) {
  comparing all;
  if (is_about_a_job(wanted)) {
    all.of = " of " + job;
    const auto info = on.job(job);
    if (wanted.state == "absent") {
      if (info) all.same_as("state", "absent", info->state);
    } else if (!info) {
      all.found.push_back({"job", job.empty() ? "no job has been published yet, and none is named"
                                              : info.error().message});
    } else {
      compare_job(wanted, *info, all);
    }
  }
  all.of.clear();
  for (const auto& [topic, count] : wanted.calls)
    all.match("calls", "calls of " + topic, count, static_cast<std::int64_t>(on.calls(topic)),
              true);
  for (const auto& [topic, published] : wanted.published) {
    const json is = on.published(topic);
    if (published.is_array())
      all.match("published", "published on " + topic, published, is, false);
    else
      all.match("published", "published on " + topic, published,
                static_cast<std::int64_t>(is.size()), true);
  }
  for (const auto& each : wanted.stats) compare_stats(each, on, all);
  return std::move(all.found);
}

} // namespace quipu::flow_test
