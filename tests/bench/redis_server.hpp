#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace quipu::bench {

/// A redis-server of the bench's own, on a free port of the loopback, with an append-only file in a
/// directory that goes with it.
class redis_server {
public:
  /// `fsync`: "everysec", "always". Ends the process with a message when there is no redis-server.
  redis_server(std::filesystem::path directory, const std::string& fsync);
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;
  ~redis_server();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string url(const std::string& space) const;
  /// Forgets all that it holds.
  void empty() const;
  /// Bytes that its data take in memory.
  [[nodiscard]] std::size_t bytes() const;
  /// Until it does not rewrite its file any more: that takes a core.
  void rest() const;

private:
  /// A number that INFO tells; 0 where it does not.
  [[nodiscard]] std::size_t told(const std::string& section, std::string_view line) const;

  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

} // namespace quipu::bench
