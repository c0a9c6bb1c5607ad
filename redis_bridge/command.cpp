#include "redis_bridge/command.hpp"

#include <hiredis/hiredis.h>

#include <cstdlib>
#include <new>

namespace quipu::redis {

command& command::keep(std::string word) {
  kept_.push_back(std::make_unique<std::string>(std::move(word)));
  return add(*kept_.back());
}

std::string command::bytes() const {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  words.reserve(words_.size());
  sizes.reserve(words_.size());
  for (auto word : words_) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* made = nullptr;
  const auto size =
      redisFormatCommandArgv(&made, static_cast<int>(words.size()), words.data(), sizes.data());
  if (size < 0) throw std::bad_alloc{};
  std::string bytes{made, static_cast<std::size_t>(size)};
  redisFreeCommand(made);
  return bytes;
}

} // namespace quipu::redis
