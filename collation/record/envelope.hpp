#pragma once

#include "collation/quipu/result.hpp"

#include <string>
#include <string_view>

/// What stands around the body of a stored record: its format and its checksum (record.hpp).
namespace quipu {

[[nodiscard]] std::string sealed(std::string_view body);

/// The body. `corrupt` says what is wrong: too short, another format, checksum.
[[nodiscard]] result<std::string_view> unsealed(std::string_view bytes);

} // namespace quipu
