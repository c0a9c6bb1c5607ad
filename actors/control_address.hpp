#pragma once

#include <quipu/result.hpp>

#include <filesystem>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace quipu {

/// A file descriptor that is closed by its owner.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  ~descriptor();
  descriptor(descriptor&& from) noexcept : number_(std::exchange(from.number_, -1)) {}
  descriptor& operator=(descriptor&& from) noexcept {
    std::swap(number_, from.number_);
    return *this;
  }

  [[nodiscard]] int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

private:
  int number_ = -1;
};

/// Where a Unix socket is. A path may be longer than the 107 bytes of a socket address: it is then
/// reached by way of its directory, which stays open as long as this.
class control_address {
public:
  /// `unavailable`: the directory cannot be opened.
  [[nodiscard]] static result<control_address> of(const std::filesystem::path& socket);

  [[nodiscard]] const sockaddr* generic() const noexcept {
    return reinterpret_cast<const sockaddr*>(&address_);
  }
  [[nodiscard]] socklen_t size() const noexcept { return sizeof address_; }

private:
  sockaddr_un address_{};
  descriptor directory_;
};

} // namespace quipu
