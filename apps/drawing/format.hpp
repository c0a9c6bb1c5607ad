#pragma once

#include "apps/drawing/drawing.hpp"
#include "apps/terminal.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {

/// What a drawing is put on.
struct page {
  std::size_t columns = 100;
  /// Colours for a terminal; none: plain.
  std::function<std::string(colour, std::string_view)> paint;
};

/// A way to write a drawing down. A new one is a file here and a row in format.cpp.
struct format {
  std::string_view name;
  std::string_view summary;
  std::string (*render)(const drawing& what, const page& on);
};

[[nodiscard]] const std::vector<format>& formats();

} // namespace quipu
