#pragma once

#include "collation/ledger.hpp"
#include "collation/record.hpp"
#include "flows/plan.hpp"

#include <optional>

namespace quipu {

/// What an obligation is to the store. A call that is out only its owner answers: it has a row only
/// for its timer.
[[nodiscard]] std::optional<obligation_row> row_of(const flow& rules, const instance& at,
                                                   const obligation& owed);

} // namespace quipu
