#pragma once

#include <quipu/result.hpp>

#include <string>

namespace quipu {

/// All that stands in a file, or comes out of a pipe. `not_found`: it is no file, or may not be read.
[[nodiscard]] result<std::string> bytes_of(const std::string& file);

} // namespace quipu
