#pragma once

#include "flows/reader/builder.hpp"

namespace quipu::reader {

/// Whether a text is a JSON list or mapping. YAML's parser reads most of JSON, but not its
/// surrogate pairs, its long keys and a line's end before a colon.
[[nodiscard]] bool is_json(std::string_view text);

/// Walks a text that `is_json`, for the places that a JSON parser does not tell.
void walk_json(std::string_view text, builder& into);

} // namespace quipu::reader
