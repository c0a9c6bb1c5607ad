#pragma once

#include "flows/definition.hpp"

#include <optional>
#include <string_view>

namespace quipu::structure {

/// Types `retry` in either of its forms: `{'503': [4, '1s']}` or `{attempts, initial, factor,
/// max}`. `key` is where the word stands. None: `faults` has said why.
[[nodiscard]] std::optional<retry_policy> read_retry(const tree& written, const place& key,
                                                     std::string_view what, findings& faults);

} // namespace quipu::structure
