#pragma once

#include "flows/definition.hpp"
#include "flows/nearest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace quipu::structure {

/// The activities of one graph by id. Valid while the graph's activities stay where they are.
class index {
public:
  explicit index(const definition::graph& of);

  [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
  /// `there is no activity "x" in this graph; did you mean "y"?`
  [[nodiscard]] std::string missing(std::string_view id);

private:
  std::unordered_map<std::string_view, std::size_t> by_id_;
  guesses guesses_;
};

/// A place as a message at `from` names it: without the file, if it is the same.
[[nodiscard]] std::string where(const place& at, const place& from);

} // namespace quipu::structure
