#include "apps/quipu/bytes.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace quipu {

result<std::string> bytes_of(const std::string& file) {
  const auto refuse = [&] {
    return failure{fault::not_found,
                   fmt::format("{}: cannot be read: {}", file, std::strerror(errno))};
  };
  const auto close = [](std::FILE* open) { std::fclose(open); };
  const std::unique_ptr<std::FILE, decltype(close)> from{std::fopen(file.c_str(), "rb"), close};
  if (!from) return refuse();
  std::string all;
  std::array<char, 65536> some{};
  while (const auto read = std::fread(some.data(), 1, some.size(), from.get()))
    all.append(some.data(), read);
  if (std::ferror(from.get()) != 0) return refuse(); // a folder, for one
  return all;
}

} // namespace quipu
