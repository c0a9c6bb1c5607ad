#include "actors/settings/amount.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace quipu {

TEST_CASE("a size is bytes, or a number with a binary or decimal unit") {
  CHECK(parse_size("0").value() == 0);
  CHECK(parse_size("512").value() == 512);
  CHECK(parse_size("512B").value() == 512);
  CHECK(parse_size("64KiB").value() == 65'536);
  CHECK(parse_size("1 MiB").value() == 1'048'576);
  CHECK(parse_size("2GiB").value() == 2'147'483'648);
  CHECK(parse_size("1kB").value() == 1'000);
  CHECK(parse_size("1TB").value() == 1'000'000'000'000);
}

TEST_CASE("what is no size is refused with why and what would be right") {
  for (const std::string wrong : {"", "MiB", "1.5MiB", "-1", "1XiB", "1 2", "1mib",
                                  "9223372036854775808", "9000000TiB", "1MiB "}) {
    INFO(wrong);
    const auto read = parse_size(wrong);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == fault::invalid);
    CHECK(read.error().message.find("would be right") != std::string::npos);
  }
  CHECK(parse_size("1mib").error().message.find("did you mean \"MiB\"?") != std::string::npos);
}

TEST_CASE("what is shown reads as what it was") {
  for (const std::int64_t bytes : {0LL, 1LL, 1'000LL, 1'024LL, 1'536LL, 1LL << 20, 3LL << 40})
    CHECK(parse_size(show_size(bytes)).value() == bytes);
  CHECK(show_size(1 << 20) == "1MiB");
  CHECK(show_size(1'000) == "1000");
  CHECK(show_duration(10'000) == "10s");
  CHECK(show_duration(250) == "250ms");
  CHECK(show_duration(0) == "0s");
  CHECK(show_duration(7'200'000) == "2h");
}

} // namespace quipu
