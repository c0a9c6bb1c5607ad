#include "flows/duration.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace quipu;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

milliseconds read(std::string_view text) {
  const auto length = parse_duration(text);
  INFO(text << ": " << (length ? "" : length.error().message));
  REQUIRE(length.ok());
  return *length;
}

std::string refusal(std::string_view text) {
  const auto length = parse_duration(text);
  INFO(text);
  REQUIRE_FALSE(length.ok());
  CHECK(length.error().code == fault::invalid);
  return length.error().message;
}

} // namespace

TEST_CASE("a duration is a sum of amounts with units, larger units first") {
  CHECK(read("5s") == 5s);
  CHECK(read("250ms") == 250ms);
  CHECK(read("1h30m") == 90min);
  CHECK(read("2d") == 48h);
  CHECK(read("1w1d1h1m1s1ms") == 8 * 24h + 1h + 1min + 1s + 1ms);
  CHECK(read("1h 30m") == 90min);
  CHECK(read(" 10 s ") == 10s);
  CHECK(read("1.5h") == 90min);
  CHECK(read("0s") == 0s);
}

TEST_CASE("a bare number is seconds") {
  CHECK(read("60") == 60s);
  CHECK(read("0.25") == 250ms);
  CHECK(read("-3") == -3s);
}

TEST_CASE("an unknown unit is refused by its name, with the units that are known") {
  const auto why = refusal("5 parsecs");
  CHECK(why.find("\"parsecs\"") != std::string::npos);
  CHECK(why.find("w d h m s ms") != std::string::npos);
}

TEST_CASE("what is not a duration is refused") {
  for (const auto* text : {"", "  ", "s", "5x", "5s5", "1m1h", "1s1s", "1..5s", "one second",
                           "1h-5m", "--5", "1e3s", "+5s", "5s,", "nan", "inf", "0x10s"})
    CHECK_FALSE(parse_duration(text).ok());
  CHECK(refusal("1m1h").find("\"h\"") != std::string::npos);
  CHECK(refusal("5s5").find("unit") != std::string::npos);
}

TEST_CASE("a duration that cannot be counted in milliseconds is refused") {
  CHECK(refusal("99999999999999999999w").find("years") != std::string::npos);
  CHECK_FALSE(parse_duration(std::string(400, '9')).ok());
  CHECK(read("9007199254740992ms") == milliseconds{9007199254740992});
  CHECK_FALSE(parse_duration("9007199254740993000ms").ok());
}
