#pragma once

#include "collation/utf8.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace quipu {

/// How wide `text` is on a terminal, in columns. East Asian wide characters count twice.
[[nodiscard]] std::size_t width(std::string_view text);

/// `text` filled up with spaces to `columns`; on the left if `right` is set.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns, bool right = false);

enum class colour : int {
  none = 0,
  bold = 1,
  dim = 2,
  red = 31,
  green = 32,
  yellow = 33,
  cyan = 36
};

/// One of the two standard streams: coloured if it is a terminal and NO_COLOR is not set, else
/// plain.
class terminal {
public:
  explicit terminal(std::FILE* to);

  [[nodiscard]] bool is_live() const noexcept { return live_; }
  [[nodiscard]] std::string paint(colour with, std::string_view text) const;
  void line(std::string_view text);
  /// Replaces the line that `status` wrote last. On a terminal only.
  void status(std::string_view text);

private:
  std::FILE* to_;
  bool live_;
  bool coloured_;
  bool pending_ = false;
};

} // namespace quipu
