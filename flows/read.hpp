#pragma once

#include "collation/quipu/result.hpp"
#include "flows/limits.hpp"
#include "flows/tree.hpp"

#include <filesystem>
#include <string>

namespace quipu {

/// Reads a document, YAML or JSON, and every file that it refers to with `$ref`. Every value keeps
/// the place where it was written: an aliased one that of its anchor, one from another file that
/// file's.
///
/// What is wrong with the text goes to `faults`, each at its place, and the result is then
/// `fault::invalid`: the first of them. `fault::not_found`: there is no such file.
[[nodiscard]] result<tree> read_file(const std::filesystem::path& file, findings& faults,
                                     const read_limits& limits = {});

/// Reads a text. `name` stands for it in places; `$ref`s are followed from `folder`, which they may
/// not leave, and refused if there is none.
[[nodiscard]] result<tree> read_text(std::string text, std::string name, findings& faults,
                                     const read_limits& limits = {},
                                     const std::filesystem::path& folder = {});

} // namespace quipu
