#pragma once

#include "flows/reader/budget.hpp"
#include "flows/reader/source.hpp"
#include "flows/tree.hpp"

#include <optional>

namespace quipu::reader {

/// Reads one document, JSON or YAML 1.2 by the core schema. `$ref`s are left as they are. None:
/// `faults` has said why.
[[nodiscard]] std::optional<tree> parse(const source& from, budget& used, findings& faults);

} // namespace quipu::reader
