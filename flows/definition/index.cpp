#include "flows/definition/index.hpp"

#include <fmt/format.h>

namespace quipu::structure {
namespace {

std::vector<std::string_view> ids(const definition::graph& of) {
  std::vector<std::string_view> all;
  all.reserve(of.activities.size());
  for (const auto& activity : of.activities) all.push_back(activity.id);
  return all;
}

} // namespace

index::index(const definition::graph& of) : guesses_(ids(of)) {
  for (std::size_t i = 0; i < of.activities.size(); ++i) by_id_.emplace(of.activities[i].id, i);
}

std::optional<std::size_t> index::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? std::optional{found->second} : std::nullopt;
}

std::string index::missing(std::string_view id) {
  return fmt::format("there is no activity \"{}\" in this graph{}", id, guesses_.did_you_mean(id));
}

std::string where(const place& at, const place& from) {
  if (!at.file || (from.file && *at.file == *from.file))
    return fmt::format("{}:{}", at.line, at.column);
  return fmt::format("{}:{}:{}", *at.file, at.line, at.column);
}

} // namespace quipu::structure
