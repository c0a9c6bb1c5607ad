#pragma once

#include "flows/definition.hpp"

#include <string>
#include <unordered_map>

namespace quipu::structure {

/// What must be unique in an app, and where it was first.
struct names {
  std::unordered_map<std::string, place> topics;
  std::unordered_map<std::string, place> activities;
};

/// Checks and types one item of `graphs`, and whether it is one tree. Indices in it are only right
/// if no fault was told.
[[nodiscard]] definition::graph read_graph(const tree& written, names& taken,
                                           const read_limits& limits, findings& faults);

} // namespace quipu::structure
