#include "actors/control_address.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace quipu {

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

result<control_address> control_address::of(const std::filesystem::path& socket) {
  control_address made;
  made.address_.sun_family = AF_UNIX;
  auto path = socket.string();
  if (path.size() >= sizeof made.address_.sun_path) {
    made.directory_ =
        descriptor{::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!made.directory_)
      return failure{fault::unavailable,
                     fmt::format("{}: {}", socket.parent_path().string(), std::strerror(errno))};
    path = fmt::format("/proc/self/fd/{}/{}", made.directory_.get(), socket.filename().string());
  }
  if (path.size() >= sizeof made.address_.sun_path)
    return failure{fault::unavailable,
                   fmt::format("{}: the name is too long for a socket", socket.string())};
  std::memcpy(made.address_.sun_path, path.data(), path.size());
  return made;
}

} // namespace quipu
