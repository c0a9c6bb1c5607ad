#pragma once

#include <string_view>
#include <vector>

namespace quipu::sim {

struct plant {
  std::string_view name;
  std::string_view what;
};

/// The faults that are built in; none in what is built of the sources as they are.
[[nodiscard]] std::vector<plant> plants();

} // namespace quipu::sim
