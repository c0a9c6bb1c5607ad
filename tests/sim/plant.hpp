#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// Faults that are planted into copies of our sources (plants.cmake), to see whether the simulation
/// finds them. The engine itself knows nothing of this file.
namespace quipu::sim {

/// One of the twelve; none: everything is as it is.
inline std::string_view& planted_fault() {
  static std::string_view name;
  return name;
}

[[nodiscard]] inline bool planted(std::string_view name) { return planted_fault() == name; }

/// What the wall clock of a node says: nothing may depend on it.
inline std::int64_t& plant_clock_ms() {
  static std::int64_t now_ms = 0;
  return now_ms;
}

} // namespace quipu::sim
