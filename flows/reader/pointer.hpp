#pragma once

#include "flows/tree.hpp"

#include <string_view>

namespace quipu::reader {

/// What a URI fragment without its `#` names as a JSON pointer (RFC 6901, section 6), or nullptr.
[[nodiscard]] const tree* look_up(const tree& root, std::string_view fragment);

} // namespace quipu::reader
