#pragma once

#include "collation/ledger.hpp"
#include "redis_bridge/line.hpp"

#include <mutex>
#include <optional>
#include <set>

namespace quipu::redis {

/// Hears what other nodes' calls put into queues: a connection of its own that subscribes to the
/// ready queue and to the tokens it is told of. Only a hint: what is missed while it is lost is
/// found by looking.
class bell {
public:
  /// `self`: what our own calls say they are; their bells come with their answers.
  bell(loop& on, line::settings with, std::string self, std::function<void(token)> ring);
  /// Not on the loop's thread.
  ~bell();

  /// Any thread.
  void listen(token to);

private:
  void subscribe(token to);
  void heard(const piece& what);

  loop& on_;
  std::string prefix_;
  std::string self_;
  std::function<void(token)> ring_;
  bool connected_ = false;
  std::mutex mutex_;
  std::set<token> tokens_{0};
  std::optional<line> line_;
};

/// As tokens are written in keys: 16 hexadecimal digits.
[[nodiscard]] std::string to_text(token which);
[[nodiscard]] token to_token(std::string_view text);

} // namespace quipu::redis
