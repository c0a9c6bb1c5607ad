#pragma once

#include "collation/quipu/json.hpp"
#include "flows/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {

/// The places on the board where a rule's wait stands, and where signals look for it: the same for
/// the same app, topic, way of reading the signal, `hook.schema` and list of values, types included (`'1'` is not
/// `1`; `1` is `1.0`; the order of keys does not matter). `values` are those of the rule's matches;
/// undefined equals nothing. `gate: or` makes a place for each.
[[nodiscard]] std::vector<std::string> boards(std::string_view app, const hook_rule& rule,
                                              const std::vector<std::optional<json>>& values);

/// The place where every hook stands that waits at the rule's topic in a job with this measure of
/// this value; those that ask a schema of signals stand by themselves.
[[nodiscard]] std::string crowd(std::string_view app, const hook_rule& rule,
                                std::string_view measure, const json& value);

} // namespace quipu
