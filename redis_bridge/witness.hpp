#pragma once

#include "redis_bridge/line.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quipu::redis {

/// Whether replicas have what the server has answered: `WAIT`, over a connection of its own, so that
/// no step waits for it. One question at a time; what comes meanwhile is asked with the next one.
///
/// Everything happens on the loop's thread.
class witness {
public:
  struct settings {
    line::settings server;
    unsigned wanted = 1;                  ///< replicas
    std::chrono::milliseconds patience{}; ///< for them
  };
  using handler = std::function<void(result<void>)>;

  witness(loop& on, settings with);
  /// As `close`.
  ~witness() { close(); }
  witness(const witness&) = delete;
  witness& operator=(const witness&) = delete;

  /// Completes when so many replicas have what was answered before. `unreachable`: fewer have it in
  /// time; whether it outlives the server is unknown.
  void ask(handler done);
  /// The same, asking again until they have.
  void insist(handler done);
  /// What is not answered is `unreachable`, and so is what is asked from then on. Not on the loop's
  /// thread.
  void close();

private:
  struct question {
    handler done;
    bool insists = false;
  };

  void add(question which);
  void send();
  void heard(const piece& what);
  void finish(const result<void>& said);

  loop& on_;
  settings with_;
  std::string channel_;
  bool connected_ = false;
  bool published_ = false;      ///< the first of two answers is there
  std::vector<question> asked_; ///< by what has been sent
  std::vector<question> next_;
  bool closed_ = false;
  std::shared_ptr<const void> alive_ = std::make_shared<int>();
  std::optional<line> line_;
};

} // namespace quipu::redis
