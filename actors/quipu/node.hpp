#pragma once

#include <quipu/call.hpp>
#include <quipu/client.hpp>
#include <quipu/json.hpp>
#include <quipu/reply.hpp>
#include <quipu/result.hpp>
#include <quipu/worker.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace quipu {

/// Where a node keeps its jobs and how careful it is.
struct node_options {
  enum class durability : std::uint8_t {
    sync,    ///< what is answered has reached the disk
    relaxed, ///< kill and power loss cost at most the last 20 ms, never the store
  };

  /// "lmdb:DIR" or "memory:".
  std::string store = "lmdb:./quipu-data";
  durability sync = durability::sync;
  unsigned engines = 0;                ///< engine actors; 0: one a core, at most 4
  unsigned threads = 0;                ///< scheduler threads; 0: one a core
  std::size_t payload_bytes = 1 << 20; ///< the largest message or reply: limits.payload.bytes
  bool listen = true;                  ///< answer the `quipu` command at DIR/quipu.sock
  bool observe = false;                ///< only look: the store is opened for reading, nothing runs
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds drain{10'000}; ///< how long `stop` waits for calls that are out
};

/// How a topic is served; returned by `node::serve` to be refined before `start`.
class service {
public:
  explicit service(std::size_t& concurrency) : concurrency_(concurrency) {}
  /// How many calls of the topic may run at once in this node: 1 to 256; a function has 8 unless it is said, an actor 256.
  service& concurrency(std::size_t calls) {
    concurrency_ = calls;
    return *this;
  }

private:
  std::size_t& concurrency_;
};

/// An engine in this process: it owns the directory, runs the flows and calls the workers.
class node {
public:
  explicit node(node_options options = {});
  /// Stops, if it runs.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Names who answers the calls on `topic`: a function in one of the shapes of <quipu/worker.hpp>, or an actor.
  service serve(std::string topic, worker work);

  /// Opens the store, takes over what a former run left behind, and goes to work. `bad_request`: topics that cannot be
  /// served as was said. `conflict`: another engine has the directory (named with pid, host and since when).
  result<void> start();
  /// Drains: no new jobs, calls that are out may finish, then the store is closed. What had not finished is in the
  /// ledger and goes on at the next start.
  void stop();

  /// Valid while the node runs.
  [[nodiscard]] quipu::client& client();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace quipu
