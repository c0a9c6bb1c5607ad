#include "redis_bridge/rows.hpp"

#include "redis_bridge/packed.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace quipu;
using namespace quipu::redis;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// What a server would have sent.
whole_reply said(const std::string& bytes) {
  const auto reader = make_reader();
  REQUIRE(redisReaderFeed(reader.get(), bytes.data(), bytes.size()) == REDIS_OK);
  void* made = nullptr;
  REQUIRE(redisReaderGetReply(reader.get(), &made) == REDIS_OK);
  REQUIRE(made != nullptr);
  return whole_reply{static_cast<redisReply*>(made)};
}

} // namespace

TEST_CASE("an answer that is shorter than it should be, or another, is a broken row") {
  for (const auto* bytes : {"*0\r\n", "*1\r\n$1\r\nx\r\n", ":7\r\n", "$-1\r\n", "+OK\r\n"}) {
    INFO(bytes);
    const auto answer = said(bytes);
    const piece what{answer.get()};
    CHECK_THROWS_AS(to_snapshot(what), broken_row);
    CHECK_THROWS_AS(to_job_row(what), broken_row);
    CHECK_THROWS_AS(to_audit_row(what), broken_row);
    CHECK_THROWS_AS(to_published(what), broken_row);
    CHECK_THROWS_AS(what.number(), broken_row);
    CHECK_THROWS_AS(what[7], broken_row);
  }
}

TEST_CASE("measures whose fields are no names, or whose sums are no numbers, are a broken row") {
  for (const auto* bytes : {"*2\r\n$0\r\n\r\n$1\r\n1\r\n", "*2\r\n$2\r\n+n\r\n$3\r\nten\r\n",
                            "*2\r\n$2\r\n#n\r\n$1\r\n1\r\n", "*2\r\n$6\r\n#9:mdn\r\n$1\r\n1\r\n",
                            "*2\r\n$2\r\n+n\r\n$20\r\n99999999999999999999\r\n"}) {
    INFO(bytes);
    const auto answer = said("*2\r\n$5\r\nplace\r\n"s + bytes);
    CHECK_THROWS_AS(to_measures_part(piece{answer.get()}), broken_row);
  }
}

TEST_CASE("a number of Lua that a row cannot hold is a broken row") {
  packed_reader fits{"\xcb\x43\x40\x00\x00\x00\x00\x00\x00"sv}; // 2^53
  CHECK(fits.integer() == std::int64_t{1} << 53U);
  packed_reader large{"\xcb\x7f\xef\xff\xff\xff\xff\xff\xff"sv};
  CHECK_THROWS_AS(large.integer(), broken_row);
  packed_reader none{"\xca\x7f\xc0\x00\x00"sv}; // NaN
  CHECK_THROWS_AS(none.integer(), broken_row);
}

TEST_CASE("a list that announces more than may be taken ends the connection, and takes no memory") {
  const auto reader = make_reader();
  const auto bytes = "*2147483647\r\n"s;
  REQUIRE(redisReaderFeed(reader.get(), bytes.data(), bytes.size()) == REDIS_OK);
  void* made = nullptr;
  CHECK(redisReaderGetReply(reader.get(), &made) == REDIS_ERR);
  CHECK(made == nullptr);
}
