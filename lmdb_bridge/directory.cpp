#include "lmdb_bridge/directory.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <thread>
#include <utility>

namespace quipu::lmdb {

namespace {

failure cannot(const std::string& path, const char* what) {
  return {fault::unavailable, fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno))};
}

std::string lock_file(const std::string& path) { return path + "/quipu.lock"; }

/// Whoever only looks, or writes one thing, soon has done so.
constexpr std::chrono::milliseconds patience{1'000};
constexpr std::chrono::milliseconds between_tries{20};

bool locked(int descriptor) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(between_tries);
  }
  return true;
}

std::string holder(int descriptor) {
  std::array<char, 512> said{};
  const auto size = pread(descriptor, said.data(), said.size(), 0);
  std::string text{said.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.empty() ? "a process that has not said who it is" : text;
}

std::string myself() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("pid {} on {}, since {:%Y-%m-%d %H:%M:%S} UTC\n", getpid(), host.data(),
                     fmt::gmtime(std::time(nullptr)));
}

} // namespace

result<directory> directory::hold(const std::string& path) {
  std::error_code trouble;
  const std::filesystem::path place{path};
  if (place.has_parent_path()) std::filesystem::create_directories(place.parent_path(), trouble);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot(path, "made");
  const auto file = lock_file(path);
  const auto descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot(file, "opened for writing");
  directory held{descriptor};
  if (!locked(descriptor)) {
    if (errno != EWOULDBLOCK) return cannot(file, "locked");
    return failure{fault::conflict,
                   fmt::format("{} is in use by {}; a directory is for one engine: stop that one, "
                               "or take another directory",
                               path, holder(descriptor))};
  }
  const auto me = myself();
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, me.data(), me.size(), 0) != static_cast<ssize_t>(me.size()))
    return cannot(file, "written");
  return held;
}

result<directory> directory::look(const std::string& path) {
  const auto file = lock_file(path);
  const auto descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT)
      return failure{fault::not_found, fmt::format("{} is not a data directory of quipu: it has "
                                                   "no quipu.lock",
                                                   path)};
    return cannot(file, "opened");
  }
  directory held{descriptor};
  if (flock(descriptor, LOCK_SH | LOCK_NB) == 0) return held;
  if (errno != EWOULDBLOCK) return cannot(file, "locked");
  return failure{fault::conflict,
                 fmt::format("{} is in use by {}; ask that engine, or look when it has stopped",
                             path, holder(descriptor))};
}

directory::directory(directory&& other) noexcept : lock_{std::exchange(other.lock_, -1)} {}

directory::~directory() {
  if (lock_ >= 0) ::close(lock_);
}

} // namespace quipu::lmdb
