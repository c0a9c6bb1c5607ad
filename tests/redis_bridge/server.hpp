#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace quipu::contract {

/// A connection that waits, for looking and for making trouble.
class probe {
public:
  explicit probe(const std::string& socket);

  /// Fails the test if the server refuses.
  std::shared_ptr<redisReply> operator()(const std::vector<std::string>& words) const;
  /// What the server says, an error too.
  std::shared_ptr<redisReply> ask(const std::vector<std::string>& words) const;
  /// A command as the protocol has it.
  [[nodiscard]] std::shared_ptr<redisReply> say(const std::string& bytes) const;
  [[nodiscard]] std::string text(const std::vector<std::string>& words) const;
  /// Every key with what it holds, one line a row, "TABLE KEY VALUE".
  [[nodiscard]] std::vector<std::string> dump() const;

private:
  std::shared_ptr<redisContext> to_;
};

/// A redis-server of our own, on a socket in a directory that goes with it.
class server {
public:
  explicit server(std::vector<std::string> with = {});
  /// Somebody else's, which runs there and goes on when this ends.
  explicit server(const char* directory) : directory_{directory} {}
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string socket() const { return directory_ + "/redis.sock"; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] probe look() const { return probe{socket()}; }

  /// Ends it as a power cut does, or starts it again on what it has left.
  void kill();
  void start();
  void pause() const;
  void go_on() const;

private:
  std::vector<std::string> with_;
  std::string directory_;
  pid_t pid_ = 0;
};

/// The one that tests share which only want a store: nothing is written to disk. `QUIPU_TEST_REDIS`
/// names the directory of one that runs (mutants.py).
server& shared_server();

} // namespace quipu::contract
