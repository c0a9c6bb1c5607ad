#include "flows/mapper/compiler.hpp"
#include "flows/mapper/number.hpp"
#include "flows/nearest.hpp"

#include <algorithm>
#include <array>

namespace quipu::mapper {

namespace {

/// Names of the metadata that the engine writes, to tell slips from them.
constexpr std::array<std::string_view, 14> job_metadata{
    "jid", "gid", "tpc", "app", "vrs", "key", "ts", "jc", "ju", "js", "err", "pj", "pd", "pa"};
constexpr std::array<std::string_view, 7> activity_metadata{"aid", "atp", "stp", "ac",
                                                            "au",  "err", "dad"};
constexpr std::string_view topic_name = "stp";
constexpr std::array<std::string_view, 3> documents{"input", "output", "hook"};
constexpr std::array<std::string_view, 2> parts{"data", "metadata"};

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> keys;
  for (std::size_t begin = 0;;) {
    auto dot = path.find('.', begin);
    keys.emplace_back(path.substr(begin, dot - begin));
    if (dot == path.npos) return keys;
    begin = dot + 1;
  }
}

std::vector<hop> hops(std::vector<std::string>& keys, std::size_t from) {
  std::vector<hop> path;
  for (auto i = from; i < keys.size(); ++i) {
    auto index = index_of(keys[i]);
    path.push_back({std::move(keys[i]), index});
  }
  return path;
}

std::optional<reference::root> round_variable(std::string_view name) {
  if (name == "$output") return reference::root::output;
  if (name == "$item") return reference::root::item;
  if (name == "$key") return reference::root::key;
  if (name == "$index") return reference::root::index;
  if (name == "$input") return reference::root::input;
  return std::nullopt;
}

} // namespace

/// What stands between braces and is no call.
node compiler::led_to(std::string_view path, const place& at) {
  auto keys = split(path);
  if (auto variable = round_variable(keys[0])) {
    if (reduces_ > 0) {
      ++depends_;
      return {reference{*variable, 0, hops(keys, 1)}};
    }
    if (names_.is_open()) return {constant{nullptr, false, value()}};
    return wrong(at, fmt::format("{{{}}}: \"{}\" is there only in a \"@reduce\"", path, keys[0]));
  }
  if (names_.is_open()) {
    auto root = names_.activity(keys[0]);
    if (!root) return {constant{nullptr, false, value()}};
    return document({*root, slot::document::job, slot::part::data}, std::move(keys), 1);
  }
  if (std::any_of(keys.begin(), keys.end(), [](const auto& key) { return key.empty(); }))
    return wrong(
        at, fmt::format("{{{}}}: a reference is {{activity.output.data.key}} or {{$job.data.key}}, "
                        "without empty names",
                        path));
  bool of_job = keys[0] == "$job";
  slot leads{slot::whole_job, slot::document::job, slot::part::data};
  std::size_t next = 1;
  if (!of_job) {
    auto activity = names_.activity(keys[0]);
    if (!activity) return wrong(at, fmt::format("{{{}}}: {}", path, activity.error().message));
    auto which =
        keys.size() > 1 ? std::find(documents.begin(), documents.end(), keys[1]) : documents.end();
    if (which == documents.end())
      return wrong(at,
                   fmt::format("{{{}}}: behind \"{}\" stands input, output or hook{}", path,
                               keys[0], keys.size() > 1 ? did_you_mean(keys[1], documents) : ""));
    leads = {*activity, static_cast<slot::document>(which - documents.begin()), slot::part::data};
    next = 2;
  }
  auto part = keys.size() > next ? std::find(parts.begin(), parts.end(), keys[next]) : parts.end();
  if (part == parts.end())
    return wrong(at, fmt::format("{{{}}}: behind \"{}\" stands data or metadata{}", path,
                                 keys[next - 1],
                                 keys.size() > next ? did_you_mean(keys[next], parts) : ""));
  leads.which = static_cast<slot::part>(part - parts.begin());
  if (leads.which == slot::part::metadata && !of_job && keys.size() == next + 1)
    leads.which = slot::part::whole_metadata;
  if (leads.which == slot::part::metadata && keys.size() > next + 1) {
    std::span<const std::string_view> known = activity_metadata;
    if (of_job) known = job_metadata;
    if (std::find(known.begin(), known.end(), keys[next + 1]) == known.end())
      faults_.warning(at, fmt::format("{{{}}}: there is no metadata \"{}\"; there are: {}", path,
                                      keys[next + 1], fmt::join(known, ", ")));
    if (!of_job && keys[next + 1] == topic_name) {
      leads.which = slot::part::topic;
      ++next;
    }
  }
  return document(leads, std::move(keys), next + 1);
}

node compiler::document(slot what, std::vector<std::string> keys, std::size_t from) {
  ++depends_;
  if (what.of == slot::document::job) made_.is_volatile = true;
  auto known = std::find(made_.reads.begin(), made_.reads.end(), what);
  auto index = static_cast<std::uint32_t>(known - made_.reads.begin());
  if (known == made_.reads.end()) made_.reads.push_back(what);
  return {reference{reference::root::document, index, hops(keys, from)}};
}

} // namespace quipu::mapper
