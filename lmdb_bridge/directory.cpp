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
#include <string_view>
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

/// Stands behind the line of the holder once the store's file is on the disk.
constexpr std::string_view kept = "a store is kept here\n";

std::string read(int descriptor) {
  std::array<char, 512> said{};
  const auto size = pread(descriptor, said.data(), said.size(), 0);
  return {said.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

bool write(int descriptor, const std::string& text) {
  const auto size = static_cast<ssize_t>(text.size());
  return pwrite(descriptor, text.data(), text.size(), 0) == size &&
         ftruncate(descriptor, size) == 0;
}

std::string holder(int descriptor) {
  const auto text = read(descriptor);
  const auto line = text.substr(0, text.find('\n'));
  return line.empty() ? "a process that has not said who it is" : line;
}

std::string myself() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("pid {} on {}, since {:%Y-%m-%d %H:%M:%S} UTC\n", getpid(), host.data(),
                     fmt::gmtime(std::time(nullptr)));
}

} // namespace

std::string data_file(const std::string& path) { return path + "/data.mdb"; }

result<directory> directory::hold(const std::string& path) {
  std::error_code trouble;
  const std::filesystem::path place{path};
  if (place.has_parent_path()) std::filesystem::create_directories(place.parent_path(), trouble);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot(path, "made");
  const auto file = lock_file(path);
  const auto descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot(file, "opened for writing");
  directory held{descriptor, path};
  if (!locked(descriptor)) {
    if (errno != EWOULDBLOCK) return cannot(file, "locked");
    return failure{fault::conflict,
                   fmt::format("{} is in use by {}; a directory is for one node: stop that one, "
                               "or take another directory",
                               path, holder(descriptor))};
  }
  held.says_ = read(descriptor);
  if (auto there = held.check(); !there) return there.error();
  held.says_ = myself() + std::string{held.says_.ends_with(kept) ? kept : ""};
  if (!write(descriptor, held.says_)) return cannot(file, "written");
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
  directory held{descriptor, path};
  if (flock(descriptor, LOCK_SH | LOCK_NB) == 0) {
    held.says_ = read(descriptor);
    if (auto there = held.check(); !there) return there.error();
    return held;
  }
  if (errno != EWOULDBLOCK) return cannot(file, "locked");
  return failure{fault::conflict,
                 fmt::format("{} is in use by {}; ask that engine, or look when it has stopped",
                             path, holder(descriptor))};
}

result<void> directory::check() const {
  if (!says_.ends_with(kept)) return {};
  std::error_code trouble;
  const auto size = std::filesystem::file_size(data_file(path_), trouble);
  if (!trouble && size > 0) return {};
  return failure{fault::corrupt,
                 fmt::format("{} is {}, and a store was kept here: put it back from a copy, or "
                             "remove {} to begin with nothing",
                             data_file(path_), trouble ? "gone" : "empty", lock_file(path_))};
}

void directory::keep() {
  if (says_.ends_with(kept)) return;
  const auto data = ::open(data_file(path_).c_str(), O_RDONLY | O_CLOEXEC);
  if (data < 0) return;
  const auto there = says_ + std::string{kept};
  if (fsync(data) == 0 && write(lock_, there)) says_ = there;
  ::close(data);
}

directory::directory(directory&& other) noexcept
    : lock_{std::exchange(other.lock_, -1)}, path_{std::move(other.path_)},
      says_{std::move(other.says_)} {}

directory::~directory() {
  if (lock_ >= 0) ::close(lock_);
}

} // namespace quipu::lmdb
