#pragma once

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace quipu::redis {

/// Stored bytes, or an answer, that do not say what they should.
struct broken_row : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A piece of what the server has answered: a view, valid as long as the answer.
class piece {
public:
  explicit piece(const redisReply* of) : of_{of} {}

  [[nodiscard]] bool is_error() const { return of_->type == REDIS_REPLY_ERROR; }
  [[nodiscard]] bool is_integer() const { return of_->type == REDIS_REPLY_INTEGER; }
  [[nodiscard]] bool is_array() const { return of_->type == REDIS_REPLY_ARRAY; }
  [[nodiscard]] bool is_text() const {
    return of_->type == REDIS_REPLY_STRING || of_->type == REDIS_REPLY_STATUS || is_error();
  }
  [[nodiscard]] bool is_nothing() const { return of_->type == REDIS_REPLY_NIL; }
  [[nodiscard]] std::int64_t integer() const { return of_->integer; }
  /// Empty unless it is a text.
  [[nodiscard]] std::string_view text() const {
    return is_text() ? std::string_view{of_->str, static_cast<std::size_t>(of_->len)}
                     : std::string_view{};
  }
  [[nodiscard]] std::string string() const { return std::string{text()}; }
  [[nodiscard]] std::size_t size() const { return is_array() ? of_->elements : 0; }
  /// Throws `broken_row` when the answer is no list, or has no so many.
  [[nodiscard]] piece operator[](std::size_t at) const;
  /// What a text that is a whole number says; none: it says something else.
  [[nodiscard]] std::optional<std::int64_t> said_number() const;
  /// The same, throws `broken_row`.
  [[nodiscard]] std::int64_t number() const;

private:
  const redisReply* of_;
};

/// Frees a whole answer.
struct free_reply {
  void operator()(redisReply* which) const { freeReplyObject(which); }
};
using whole_reply = std::unique_ptr<redisReply, free_reply>;

struct free_reader {
  void operator()(redisReader* which) const { redisReaderFree(which); }
};
using reply_reader = std::unique_ptr<redisReader, free_reader>;

/// Reads what comes over a connection. A list that announces more than 2^24 items ends it: what it
/// announces is what memory is asked for.
[[nodiscard]] reply_reader make_reader();

} // namespace quipu::redis
