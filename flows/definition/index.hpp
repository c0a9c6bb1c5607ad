#pragma once

#include "flows/definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quipu::structure {

/// The activities of one graph by id. Valid while the graph's activities stay where they are.
class index {
public:
  explicit index(const definition::graph& of);

  [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
  /// `there is no activity "x" in this graph; did you mean "y"?`
  [[nodiscard]] std::string missing(std::string_view id) const;

private:
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::vector<std::string_view> ids_;
};

/// A place as a message at `from` names it: without the file, if it is the same.
[[nodiscard]] std::string where(const place& at, const place& from);

} // namespace quipu::structure
