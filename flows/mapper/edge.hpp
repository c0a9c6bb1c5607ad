#pragma once

#include "flows/mapper/value.hpp"

namespace quipu::mapper {

/// Where values leave the mapper: what JSON cannot say is turned into it, and what is written is
/// counted.

/// What JSON says of it, as JSON.stringify has it: undefined members are left out and items are
/// null, NaN and infinities are null, dates are ISO strings. None for undefined. Spends output and
/// depth.
[[nodiscard]] std::optional<json> to_json(value made, budget& spend);
/// Whether there is output left for a copy of `data`; spends it.
[[nodiscard]] bool affordable(const json& data, budget& spend);
[[nodiscard]] json number_json(double number);

} // namespace quipu::mapper
