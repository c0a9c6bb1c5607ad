#pragma once

#include "redis_bridge/address.hpp"
#include "redis_bridge/loop.hpp"
#include "redis_bridge/reply.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace quipu::redis {

/// One connection to the server, made again whenever it is lost: at once, then after waits that
/// double up to `longest_wait`, each shortened by chance so that many nodes do not come together. A
/// name is looked up each time, and all its addresses are tried.
///
/// Everything happens on the loop's thread but `write_at_once`.
class line {
public:
  struct settings {
    address to;
    std::string password;                      ///< empty: the server asks for none
    std::chrono::milliseconds patience{5'000}; ///< for connecting, and for the greeting
    std::chrono::milliseconds longest_wait{2'000};
  };
  struct listener {
    std::function<void()> connected; ///< authenticated, in the right database
    std::function<void(whole_reply)> answered;
    /// The connection is gone, or did not come to be.
    std::function<void(const failure& why)> lost;
  };

  line(loop& on, settings with, listener to);
  ~line();
  line(const line&) = delete;
  line& operator=(const line&) = delete;

  /// Hands bytes on to be written; those of one turn are written together.
  void write(std::string_view bytes);
  /// Writes them in this thread, where nothing is to be written before them: what the kernel does not
  /// take is handed on. False: nothing was done. Any thread.
  [[nodiscard]] bool write_at_once(std::string_view bytes);
  /// Bytes that are not yet with the kernel.
  [[nodiscard]] std::size_t unwritten() const;
  /// Ends this connection; another is made.
  void drop(const std::string& why);

private:
  struct inside;
  std::shared_ptr<inside> inside_;
};

} // namespace quipu::redis
