#include "flows/schema/run.hpp"

#include <fmt/format.h>

#include <ranges>

namespace quipu::draft7 {

kinds kind_of(const json& value) noexcept {
  switch (value.type()) {
  case json::value_t::boolean: return boolean_kind;
  case json::value_t::number_integer:
  case json::value_t::number_unsigned:
  case json::value_t::number_float: return number_kind;
  case json::value_t::string: return string_kind;
  case json::value_t::array: return array_kind;
  case json::value_t::object: return object_kind;
  default: return null_kind;
  }
}

bool run::fits(node_id node, const json& data) {
  if (!exceeded_.empty()) return false;
  if (depth_ >= most_depth) {
    exceeded_ = "is nested too deeply to be checked";
    return false;
  }
  if (++visits_ > most_visits) {
    exceeded_ = "takes too long to be checked";
    return false;
  }
  ++depth_;
  bool good = true;
  const auto [first, count] = code_.nodes[node];
  const auto kind = kind_of(data);
  for (auto i = first; i < first + count; ++i) {
    const auto& rule = code_.rules[i];
    if ((rule.applies & kind) == 0 || rule.is->holds(data, *this)) continue;
    good = false;
    if (!goes_on()) break;
  }
  --depth_;
  return good;
}

std::vector<breach> run::all(const json& data) {
  if (most_ == 0) return {};
  const bool good = fits(code_.root, data);
  if (!exceeded_.empty())
    return {{"", "limit",
             fmt::format("{}: at most {} levels, {} visits", exceeded_, most_depth, most_visits)}};
  return good ? std::vector<breach>{} : std::move(found_);
}

bool run::step_fits(node_id node, const json& data, const step& here) {
  path_ = &here;
  const bool good = fits(node, data);
  path_ = here.up;
  return good;
}

bool run::member_fits(node_id node, const json& data, std::string_view key) {
  return step_fits(node, data, {path_, key, 0});
}

bool run::item_fits(node_id node, const json& data, std::size_t index) {
  return step_fits(node, data, {path_, {}, index});
}

bool run::tries(node_id node, const json& data) {
  const bool reported = std::exchange(reports_, false);
  const bool good = fits(node, data);
  reports_ = reported;
  return good;
}

std::string run::explain(node_id node, const json& data) {
  const auto before = found_.size();
  const auto most = std::exchange(most_, before + 1);
  const bool good = fits(node, data);
  most_ = most;
  if (good || found_.size() == before) return "does not fit";
  const auto why = std::move(found_.back());
  found_.resize(before);
  const auto here = pointer();
  return why.path == here ? why.message
                          : fmt::format("{} {}", why.path.substr(here.size()), why.message);
}

std::string run::pointer() const {
  std::vector<const step*> steps;
  for (const auto* at = path_; at != nullptr; at = at->up) steps.push_back(at);
  std::string text;
  for (const auto* at : std::views::reverse(steps)) {
    text += '/';
    if (at->key.data() == nullptr) {
      text += std::to_string(at->index);
      continue;
    }
    for (const char c : at->key)
      if (c == '~')
        text += "~0";
      else if (c == '/')
        text += "~1";
      else
        text += c;
  }
  return text;
}

} // namespace quipu::draft7
