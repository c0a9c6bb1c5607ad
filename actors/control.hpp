#pragma once

#include "actors/logger.hpp"

#include <quipu/client.hpp>
#include <quipu/result.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>

namespace quipu {

struct control_limits {
  std::size_t bytes = 16U << 20U; ///< limits.control.bytes: in the line of a request
  std::size_t connections = 64;   ///< limits.control.connections
};

/// Lets other processes of the same user use a node's verbs: a Unix stream socket (mode 0600) that
/// takes one JSON line a request and answers each with one line, in order.
///
///     > {"verb":"job","id":"o-1"}
///     < {"ok":{"id":"o-1","state":"running",...}}
///     < {"fault":"not_found","message":"no job o-1"}
///
/// `verb` is the name of a member of `client`; `wait` and `listen` answer after `longest_control_wait` at the latest,
/// ask again. Each connection has a thread of its own, so a slow one stops nobody; a client that
/// does not read is dropped.
class control_server {
public:
  /// Listens at `socket`, in place of what a dead node left there: whoever calls owns the
  /// directory. `verbs` must outlive the server. `unavailable`: the socket cannot be made.
  [[nodiscard]] static result<std::unique_ptr<control_server>>
  open(std::filesystem::path socket, client& verbs, const control_limits& most = {},
       std::shared_ptr<const logger> log = nullptr);
  /// Removes the socket and takes no more requests; who has asked is answered, within about
  /// `longest_control_wait`.
  ~control_server();
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;

private:
  struct state;
  explicit control_server(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

} // namespace quipu
