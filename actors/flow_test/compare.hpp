#pragma once

#include "actors/flow_test/suite.hpp"
#include "actors/stage.hpp"

#include <string>
#include <vector>

namespace quipu::flow_test {

/// What is otherwise than expected, a line each.
[[nodiscard]] std::vector<std::string> compare(const expectation& wanted, const std::string& job,
                                               stage& on);

} // namespace quipu::flow_test
