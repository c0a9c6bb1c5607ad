#pragma once

#include "flows/tree.hpp"
#include "tests/fuzz/input.hpp"

namespace quipu::fuzz {

/// Every fault of a document says what is wrong, and where.
inline void check_told(const findings& faults) {
  for (const auto& each : faults.all()) {
    must(!each.message.empty(), "a fault says what");
    must(each.at.line > 0 && each.at.column > 0, "a fault has a place");
    // Throws unless every text is UTF-8.
    must(!json(to_string(each)).dump().empty(), "a fault can be told");
  }
}

} // namespace quipu::fuzz
