#pragma once

#include "collation/digit.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace quipu {

/// The colours of a box, in every format that has colours: readable on light and on dark.
struct ink {
  std::string_view name; ///< of a class
  std::string_view fill, line, text;
};

inline constexpr std::array inks{
    ink{"plain", "#f4f6f8", "#5c6773", "#1b2530"},  ink{"done", "#d9f2e0", "#2e8b57", "#12331f"},
    ink{"failed", "#fbdcd9", "#c0392b", "#4a120c"}, ink{"started", "#fff0c2", "#b7791f", "#4a3205"},
    ink{"waits", "#dcebfb", "#2b6cb0", "#10304f"},  ink{"quiet", "#eeeeee", "#999999", "#666666"}};

/// That of an activity: plain when it is of no job.
[[nodiscard]] constexpr const ink& ink_of(const std::optional<digit>& state) noexcept {
  if (!state) return inks[0];
  switch (*state) {
  case digit::completed:
  case digit::released: return inks[1];
  case digit::errored: return inks[2];
  case digit::started: return inks[3];
  case digit::paused: return inks[4];
  default: return inks[5];
  }
}

} // namespace quipu
