#pragma once

#include <hiredis/hiredis.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace quipu::bench {

using redis_reply = std::shared_ptr<redisReply>;

/// A connection to the bench's server that asks and waits. What goes wrong ends the process.
class redis_link {
public:
  explicit redis_link(std::uint16_t port);

  redis_reply operator()(const std::vector<std::string>& words) const;
  /// The next that it says unasked.
  [[nodiscard]] redis_reply next() const;
  [[nodiscard]] int socket() const { return to_->fd; }

private:
  [[nodiscard]] redis_reply checked(void* got) const;

  std::shared_ptr<redisContext> to_;
};

} // namespace quipu::bench
