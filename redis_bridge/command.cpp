#include "redis_bridge/command.hpp"

#include <fmt/compile.h>

#include <iterator>

namespace quipu::redis {

// https://redis.io/docs/reference/protocol-spec: an array of bulk strings.

void command::begin(std::size_t size) {
  ++count_;
  fmt::format_to(std::back_inserter(words_), FMT_COMPILE("${}\r\n"), size);
}

command& command::add(std::string_view word) {
  begin(word.size());
  words_.append(word).append("\r\n");
  return *this;
}

command& command::add(char first, std::string_view rest) {
  begin(1 + rest.size());
  words_.append(1, first).append(rest).append("\r\n");
  return *this;
}

std::string command::bytes() const { return fmt::format("*{}\r\n", count_) + words_; }

} // namespace quipu::redis
