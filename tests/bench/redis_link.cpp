#include "tests/bench/redis_link.hpp"

#include "tests/bench/load.hpp"

#include <fmt/format.h>

namespace quipu::bench {

redis_link::redis_link(std::uint16_t port) : to_{redisConnect("127.0.0.1", port), redisFree} {
  if (!to_ || to_->err != 0)
    give_up(fmt::format("no connection to the bench's redis-server on port {}", port));
  redisEnableKeepAlive(to_.get());
}

redis_reply redis_link::operator()(const std::vector<std::string>& words) const {
  std::vector<const char*> values;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    values.push_back(word.data());
    sizes.push_back(word.size());
  }
  return checked(
      redisCommandArgv(to_.get(), static_cast<int>(words.size()), values.data(), sizes.data()));
}

redis_reply redis_link::next() const {
  void* got = nullptr;
  if (redisGetReply(to_.get(), &got) != REDIS_OK) got = nullptr;
  return checked(got);
}

redis_reply redis_link::checked(void* got) const {
  if (got == nullptr) give_up(fmt::format("redis-server: {}", to_->errstr));
  redis_reply made{static_cast<redisReply*>(got), freeReplyObject};
  if (made->type == REDIS_REPLY_ERROR) give_up(fmt::format("redis-server: {}", made->str));
  return made;
}

} // namespace quipu::bench
