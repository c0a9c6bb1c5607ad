#pragma once

#include "collation/quipu/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace quipu::redis {

/// Where a server is and which part of it is ours:
///
///     redis://[USER@]HOST[:PORT][/DATABASE][?ns=NAMESPACE]
///     redis+unix://[USER@]/PATH[?db=DATABASE&ns=NAMESPACE]
///
/// A password is no part of it: others see command lines.
struct address {
  std::string host;
  std::uint16_t port = 6379;
  std::string path; ///< of a Unix socket, instead of host and port
  std::string user;
  unsigned database = 0;
  std::string space = "main"; ///< the namespace: one server keeps many stores apart

  /// `bad_request`, with what would be right.
  [[nodiscard]] static result<address> parse(std::string_view url);

  /// What every key of a partition begins with.
  [[nodiscard]] std::string prefix() const { return "quipu:{" + space + ".0}:"; }
  [[nodiscard]] std::string text() const;

  bool operator==(const address&) const = default;
};

/// Whether a store is kept in Redis.
[[nodiscard]] bool is_address(std::string_view url);

} // namespace quipu::redis
