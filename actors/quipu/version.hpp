#pragma once

#include <string_view>

namespace quipu {

/// "0.1.0".
[[nodiscard]] std::string_view version() noexcept;

} // namespace quipu
