#pragma once

#include <string_view>
#include <vector>

namespace quipu::draft7 {

/// A form that `format` names.
struct format {
  std::string_view name;
  bool (*admits)(std::string_view text);
  std::string_view phrase; ///< what to write, with an example
};

/// Nullptr: not checked.
[[nodiscard]] const format* find_format(std::string_view name);
[[nodiscard]] std::vector<std::string_view> format_names();

} // namespace quipu::draft7
