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
/// `evicts=allowed` takes a server that may throw jobs away when its memory is full; `wait=N` answers
/// for nothing that N replicas do not have; `partitions=N` makes a namespace of so many.
///
/// A password is no part of it: others see command lines.
struct address {
  std::string host;
  std::uint16_t port = 6379;
  std::string path; ///< of a Unix socket, instead of host and port
  std::string user;
  unsigned database = 0;
  std::string space = "main"; ///< the namespace: one server keeps many stores apart
  bool may_evict = false;     ///< a server that throws away what it has is taken too
  unsigned wait = 0;          ///< replicas that have what is told to the outside
  /// Which the namespace is made with, one if none is said; a store that has others is refused.
  /// 0: as many as it has.
  unsigned partitions = 0;

  /// `bad_request`, with what would be right.
  [[nodiscard]] static result<address> parse(std::string_view url);

  /// What every key of a partition begins with.
  [[nodiscard]] std::string prefix(unsigned partition = 0) const {
    return "quipu:{" + space + "." + std::to_string(partition) + "}:";
  }
  [[nodiscard]] std::string text() const;

  bool operator==(const address&) const = default;
};

/// From the environment, or the first line of the file that it names; empty: none is needed.
[[nodiscard]] result<std::string> password_said();

/// Whether a store is kept in Redis.
[[nodiscard]] bool is_address(std::string_view url);

} // namespace quipu::redis
