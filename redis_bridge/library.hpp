#pragma once

#include <string_view>

namespace quipu::redis {

/// The function library as FUNCTION LOAD takes it: `library/*.lua`, one behind the other. Its
/// version stands in its name and in those of its functions.
[[nodiscard]] std::string_view library_text();
/// SHA-256 of the sources, hex; the loaded library tells its own.
[[nodiscard]] std::string_view library_digest();

inline constexpr std::string_view library_name = "quipu1";

} // namespace quipu::redis
