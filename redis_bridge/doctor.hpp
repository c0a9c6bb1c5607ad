#pragma once

#include "redis_bridge/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quipu::redis {

class calls;

/// What a server says of itself, as far as it concerns the jobs that are kept there. What it does
/// not tell is empty.
struct server_state {
  std::string version;
  bool is_replica = false;
  std::uint64_t replicas = 0;
  std::optional<bool> append_only;
  std::string fsync;    ///< always, everysec, no
  std::string eviction; ///< its maxmemory-policy
  std::uint64_t memory = 0;
  std::uint64_t most_memory = 0;             ///< 0: no limit
  std::optional<std::uint64_t> packed_value; ///< its hash-max-listpack-value
  std::vector<std::string> lacking;          ///< commands that our user may not run
  bool may_evict = false;                    ///< `address::may_evict`
  unsigned wait = 0;                         ///< `address::wait`

  /// What of an answer is safe, in a few words.
  [[nodiscard]] std::string durability() const;
};

struct remark {
  enum class weight : std::uint8_t {
    fine,
    warning, ///< jobs may be lost, or cost more than they should
    fault    ///< no node may use it
  };
  weight is = weight::fine;
  std::string text;
};

[[nodiscard]] std::vector<remark> remarks(const server_state& of);

/// Asks; waits. What the user may not ask stays empty.
[[nodiscard]] result<server_state> look_at(calls& server);
/// The same, over a connection of its own.
[[nodiscard]] result<server_state> look_at(const address& where, std::string password);

} // namespace quipu::redis
