#include "flows/mapper/path.hpp"

#include "flows/mapper/budget.hpp"

#include <algorithm>

namespace quipu::mapper {

const json* walk(const json* from, const std::vector<hop>& path, std::size_t& at, budget& spend) {
  for (; at < path.size(); ++at) {
    const auto& hop = path[at];
    if (from->is_object()) {
      const auto& members = from->get_ref<const json::object_t&>();
      const auto found = std::find_if(members.begin(), members.end(),
                                      [&](const auto& member) { return member.first == hop.key; });
      spend.seek(static_cast<std::uint64_t>(found - members.begin()));
      if (found == members.end()) return nullptr;
      from = &found->second;
    } else if (from->is_array() && hop.index >= 0 &&
               static_cast<std::size_t>(hop.index) < from->size()) {
      from = &(*from)[static_cast<std::size_t>(hop.index)];
    } else {
      return from;
    }
  }
  return from;
}

value follow(const json* from, const std::vector<hop>& path, budget& spend, std::size_t at) {
  if (!from) return {};
  const auto* found = walk(from, path, at, spend);
  if (!found) return {};
  if (at == path.size()) return value::borrow(*found);
  if (at + 1 == path.size() && found->is_array() && path[at].key == "length")
    return static_cast<double>(found->size());
  return {};
}

value follow(value from, const std::vector<hop>& path, budget& spend) {
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (const auto* data = from.borrowed()) return follow(data, path, spend, at);
    if (from.is_object()) {
      spend.seek(from.size());
      from = from.find(path[at].key).value_or(value());
    } else if (from.is_array() && path[at].index >= 0) {
      from = from.item(static_cast<std::size_t>(path[at].index));
    } else if (from.is_array() && path[at].key == "length") {
      from = static_cast<double>(from.size());
    } else {
      return {};
    }
  }
  return from;
}

} // namespace quipu::mapper
