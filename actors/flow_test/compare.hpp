#pragma once

#include "actors/flow_test/suite.hpp"
#include "actors/stage.hpp"

#include <string>
#include <vector>

namespace quipu::flow_test {

/// Something that is otherwise than expected.
struct difference {
  std::string key; ///< of the expectation: "state", "data"
  std::string message;
};

[[nodiscard]] std::vector<difference> compare(const expectation& wanted, const std::string& job,
                                              stage& on);

} // namespace quipu::flow_test
