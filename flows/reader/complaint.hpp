#pragma once

#include "flows/reader/source.hpp"

#include <cstddef>
#include <string_view>

namespace quipu::reader {

/// Says what a YAML parser's fault means for who wrote the text, and where to look. `said` is the
/// parser's own word, `open_bracket` where the innermost open `[` or `{` begins or npos.
[[nodiscard]] finding explain(const source& from, std::string_view said, std::size_t offset,
                              std::size_t open_bracket);

} // namespace quipu::reader
