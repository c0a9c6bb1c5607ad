#pragma once

#include "collation/quipu/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace quipu::reader {

/// The bytes of a file. `fault::not_found`: there is none, or it is no file or may not be read.
/// `fault::too_large`: it has more than `limit`; no more than that was read.
[[nodiscard]] result<std::string> load(const std::filesystem::path& file, std::size_t limit);

} // namespace quipu::reader
