#include "flows/tree.hpp"

#include <fmt/format.h>

namespace quipu {

const tree* tree::find(std::string_view key) const noexcept {
  for (const auto& each : entries)
    if (each.key == key) return &each.value;
  return nullptr;
}

json to_json(const tree& value) {
  switch (value.is) {
  case tree::kind::scalar: return value.scalar;
  case tree::kind::list: {
    auto list = json::array();
    for (const auto& item : value.items) list.push_back(to_json(item));
    return list;
  }
  case tree::kind::map: {
    auto map = json::object();
    for (const auto& entry : value.entries) map[entry.key] = to_json(entry.value);
    return map;
  }
  }
  return nullptr;
}

tree to_tree(const json& value) {
  tree made;
  if (value.is_array()) {
    made.is = tree::kind::list;
    for (const auto& item : value) made.items.push_back(to_tree(item));
  } else if (value.is_object()) {
    made.is = tree::kind::map;
    for (const auto& [key, item] : value.items()) made.entries.push_back({key, {}, to_tree(item)});
  } else {
    made.scalar = value;
    made.quoted = value.is_string();
  }
  return made;
}

void findings::error(const place& at, std::string message) {
  all_.push_back({at, std::move(message), finding::weight::error});
  ++errors_;
}

void findings::warning(const place& at, std::string message) {
  all_.push_back({at, std::move(message), finding::weight::warning});
}

std::string to_string(const finding& what) {
  const auto* weight = what.is == finding::weight::error ? "error" : "warning";
  if (what.at.line == 0)
    return fmt::format("{}: {}: {}", what.at.file ? *what.at.file : "-", weight, what.message);
  return fmt::format("{}:{}:{}: {}: {}", what.at.file ? *what.at.file : "-", what.at.line,
                     what.at.column, weight, what.message);
}

std::string errors_of(const findings& told) {
  std::string lines;
  for (const auto& each : told.all())
    if (each.is == finding::weight::error) lines += (lines.empty() ? "" : "\n") + to_string(each);
  return lines;
}

} // namespace quipu
