#include "redis_bridge/reply.hpp"

#include <charconv>

namespace quipu::redis {

namespace {

constexpr std::size_t most_items = std::size_t{1} << 24U;

const redisReplyObjectFunctions& own_of_hiredis() {
  static const auto own = *reply_reader { redisReaderCreate() } -> fn;
  return own;
}

/// It fails as if there were no memory. Which type a size has depends on hiredis' version.
template <class Size>
void* bounded_list(const redisReadTask* of, Size size) {
  if (static_cast<std::size_t>(size) > most_items) return nullptr;
  return own_of_hiredis().createArray(of, size);
}

redisReplyObjectFunctions bounded() {
  auto made = own_of_hiredis();
  made.createArray = &bounded_list;
  return made;
}

} // namespace

piece piece::operator[](std::size_t at) const {
  if (at >= size()) throw broken_row{"an answer is shorter than it should be"};
  return piece{of_->element[at]};
}

std::optional<std::int64_t> piece::said_number() const {
  const auto said = text();
  std::int64_t number = 0;
  const auto* end = said.data() + said.size();
  const auto [stop, error] = std::from_chars(said.data(), end, number);
  if (said.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::int64_t piece::number() const {
  if (const auto said = said_number()) return *said;
  throw broken_row{"an answer holds no number where one is due"};
}

reply_reader make_reader() {
  static auto functions = bounded();
  reply_reader made{redisReaderCreateWithFunctions(&functions)};
  made->maxbuf = 0; // it keeps its buffer
  return made;
}

} // namespace quipu::redis
