#include "flows/reader/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace quipu::reader {

result<std::string> load(const std::filesystem::path& file, std::size_t limit) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return failure{fault::not_found, fmt::format("\"{}\" is a folder, not a file", file.string())};
  const auto close = [](std::FILE* f) { std::fclose(f); };
  const std::unique_ptr<std::FILE, decltype(close)> opened{std::fopen(file.c_str(), "rb"), close};
  if (!opened)
    return failure{fault::not_found, fmt::format("the file \"{}\" cannot be read: {}",
                                                 file.string(), std::strerror(errno))};
  std::string bytes(limit + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), opened.get()));
  if (std::ferror(opened.get()) != 0)
    return failure{fault::not_found, fmt::format("the file \"{}\" cannot be read: {}",
                                                 file.string(), std::strerror(errno))};
  if (bytes.size() > limit)
    return failure{fault::too_large,
                   fmt::format("the file \"{}\" has more than {} bytes", file.string(), limit)};
  return bytes;
}

} // namespace quipu::reader
