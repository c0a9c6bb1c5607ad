#include "collation/nesting.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace quipu {

result<void> check_nesting(const json& data, std::string_view what, std::size_t most) {
  std::vector<std::pair<const json*, std::size_t>> left;
  const auto visit = [&left](const json& each, std::size_t depth) {
    if (each.is_structured()) left.emplace_back(&each, depth);
  };
  visit(data, 1);
  while (!left.empty()) {
    const auto [within, depth] = left.back();
    left.pop_back();
    if (depth > most)
      return failure{
          fault::invalid,
          fmt::format("{} has lists and maps in each other, more than {} deep", what, most)};
    for (const auto& each : *within) visit(each, depth + 1);
  }
  return {};
}

} // namespace quipu
