#pragma once

#include "tests/sim/world.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace quipu::sim {

struct finding {
  std::uint64_t seed = 0;
  std::string wrong;
  std::vector<strike> strikes; ///< the shortest list that still leads to something wrong
  std::size_t strikes_before = 0;
};

/// Lives `count` worlds from seed `from` on, until something is wrong in one of them.
struct hunt_report {
  std::uint64_t worlds = 0;
  std::uint64_t jobs = 0;
  std::uint64_t records = 0;
  std::uint64_t strikes = 0;
  std::optional<finding> found;
};
/// `tells` hears how far it is, before each world.
[[nodiscard]] hunt_report hunt(std::uint64_t from, std::uint64_t count,
                               const std::function<void(const hunt_report&)>& tells = {});

/// Leaves out strikes for as long as something is still wrong (Zeller, Hildebrandt: "Simplifying and
/// Isolating Failure-Inducing Input").
[[nodiscard]] finding shrunk(const finding& what);

/// What both lives of a seed have in common; none: they differ.
[[nodiscard]] bool lives_alike(std::uint64_t seed);

} // namespace quipu::sim
