#pragma once

#include <quipu/call.hpp>
#include <quipu/client.hpp>
#include <quipu/json.hpp>
#include <quipu/options.hpp>
#include <quipu/reply.hpp>
#include <quipu/result.hpp>
#include <quipu/worker.hpp>

#include <memory>
#include <string>

namespace quipu {

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
  /// A program that is a node: settings come from its flags, else QUIPU_... in the environment, else
  /// the file of `--config`, else `defaults`. `run` and `start` tell all that is wrong with them.
  node(int argc, char** argv, node_options defaults = {});
  /// Stops, if it runs.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Names who answers the calls on `topic`: a function in one of the shapes of <quipu/worker.hpp>, or an actor. Before
  /// `start`: later it has no effect until the node is started again.
  service serve(std::string topic, worker work);

  /// Starts, deploys and activates the files of `--deploy`, serves until SIGTERM or SIGINT, and
  /// drains; a second signal ends the drain. Also answers `--help`, `--version`, `--print-config`.
  ///
  /// Gives the program's exit code. 0: done; 1: a fault at run time, after which the node cannot go on - its store
  /// takes nothing more, say, since a write to the disk failed: start it again; 2: flags, environment,
  /// configuration, definition or services, every fault told on stderr; 3: the store is unreachable
  /// or taken.
  int run();

  /// Opens the store, takes over what a former run left behind, and goes to work. `invalid`: settings; `bad_request`:
  /// topics that cannot be served as was said; every fault, a line each. `conflict`: another engine has the directory
  /// (named with pid, host and since when).
  result<void> start();
  /// Drains: no new jobs, calls that are out may finish, then the store is closed. What had not finished is in the
  /// ledger and goes on at the next start.
  void stop();

  /// Valid as long as the node; its verbs are refused with 503 while it does not run.
  [[nodiscard]] quipu::client& client();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace quipu
