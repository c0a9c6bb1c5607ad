#include "flows/cron.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <string>

using namespace quipu;

namespace {

std::int64_t utc(int y, unsigned m, unsigned d, int hour = 0, int minute = 0, int second = 0) {
  using namespace std::chrono;
  const sys_days date{year{y} / month{m} / day{d}};
  return (duration_cast<seconds>(date.time_since_epoch()).count() + hour * 3600 + minute * 60 +
          second) *
         1000;
}

std::optional<std::int64_t> next(std::string_view expression, std::int64_t after) {
  const auto parsed = cron::parse(expression);
  INFO(expression);
  INFO((parsed.ok() ? std::string{} : parsed.error().message));
  REQUIRE(parsed.ok());
  return parsed->next(after);
}

std::string refusal(std::string_view expression) {
  const auto parsed = cron::parse(expression);
  INFO(expression);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().code == fault::invalid);
  return parsed.error().message;
}

using Catch::Contains;

} // namespace

TEST_CASE("a cron fires strictly after the time it is asked for") {
  CHECK(next("* * * * *", utc(2025, 3, 14, 9, 26, 53)) == utc(2025, 3, 14, 9, 27));
  CHECK(next("* * * * *", utc(2025, 3, 14, 9, 27)) == utc(2025, 3, 14, 9, 28));
  CHECK(next("* * * * *", utc(2025, 3, 14, 9, 27) - 1) == utc(2025, 3, 14, 9, 27));
  CHECK(next("27 9 * * *", utc(2025, 3, 14, 9, 27)) == utc(2025, 3, 15, 9, 27));
  CHECK(next("26 9 * * *", utc(2025, 3, 14, 9, 26, 53)) == utc(2025, 3, 15, 9, 26));
}

TEST_CASE("a cron goes over the ends of hours, days, months and years") {
  CHECK(next("0 * * * *", utc(2024, 12, 31, 23, 0)) == utc(2025, 1, 1));
  CHECK(next("0 0 31 * *", utc(2025, 3, 31)) == utc(2025, 5, 31));
  CHECK(next("0 0 1 1 *", utc(2025, 3, 14)) == utc(2026, 1, 1));
  CHECK(next("59 23 28 2 *", utc(2023, 2, 28, 23, 58, 59)) == utc(2023, 2, 28, 23, 59));
}

TEST_CASE("a cron on 29 February waits for a leap year, eight years where there is none") {
  CHECK(next("0 0 29 2 *", utc(2025, 3, 14)) == utc(2028, 2, 29));
  CHECK(next("0 12 29 2 *", utc(2024, 2, 28, 11)) == utc(2024, 2, 29, 12));
  CHECK(next("0 0 29 2 *", utc(2096, 2, 29)) == utc(2104, 2, 29));
  CHECK(next("0 0 29 FEB *", utc(1999, 1, 1)) == utc(2000, 2, 29));
}

TEST_CASE("a cron that names a day no month has never fires") {
  CHECK_FALSE(next("0 0 30 2 *", utc(2025, 1, 1)));
  CHECK_FALSE(next("0 0 31 4,6,9,11 *", utc(2025, 1, 1)));
}

TEST_CASE("lists, ranges and steps of a cron add up") {
  CHECK(next("5,10-20/5,40 * * * *", utc(2025, 1, 1, 0, 5)) == utc(2025, 1, 1, 0, 10));
  CHECK(next("5,10-20/5,40 * * * *", utc(2025, 1, 1, 0, 10)) == utc(2025, 1, 1, 0, 15));
  CHECK(next("5,10-20/5,40 * * * *", utc(2025, 1, 1, 0, 20)) == utc(2025, 1, 1, 0, 40));
  CHECK(next("*/25 * * * *", utc(2025, 1, 1, 0, 50)) == utc(2025, 1, 1, 1, 0));
  CHECK(next("50/4 * * * *", utc(2025, 1, 1, 0, 50)) == utc(2025, 1, 1, 0, 54));
  CHECK(next("0 */24 * * *", utc(2025, 1, 1)) == utc(2025, 1, 2));
}

TEST_CASE("months and weekdays of a cron have names, in any case") {
  CHECK(next("0 0 1 mar,Dec *", utc(2025, 3, 2)) == utc(2025, 12, 1));
  CHECK(next("15 14 * * Fri", utc(2025, 3, 14, 14, 15)) == utc(2025, 3, 21, 14, 15));
  CHECK(next("0 0 * * FRI-SUN", utc(2025, 3, 15)) == utc(2025, 3, 16));
  CHECK(next("0 0 * * FRI-SUN", utc(2025, 3, 16)) == utc(2025, 3, 21));
  CHECK(next("0 0 * * SUN-TUE", utc(2025, 3, 16)) == utc(2025, 3, 17));
}

TEST_CASE("Sunday is 0 and 7") {
  CHECK(next("0 9 * * 0", utc(2025, 3, 14)) == utc(2025, 3, 16, 9));
  CHECK(next("0 9 * * 7", utc(2025, 3, 14)) == utc(2025, 3, 16, 9));
  CHECK(next("0 9 * * 5-7", utc(2025, 3, 15, 9)) == utc(2025, 3, 16, 9));
  CHECK(next("0 0 * * */2", utc(2025, 3, 15)) == utc(2025, 3, 16));
  CHECK(next("0 0 * * 1/2", utc(2025, 3, 15)) == utc(2025, 3, 17));
  CHECK(next("0 0 * * 7/2", utc(2025, 3, 15)) == utc(2025, 3, 16));
}

TEST_CASE("with both days restricted either fits, with one star both must") {
  CHECK(next("0 0 13 * FRI", utc(2025, 3, 10)) == utc(2025, 3, 13));
  CHECK(next("0 0 13 * FRI", utc(2025, 3, 13)) == utc(2025, 3, 14));
  CHECK(next("0 0 * * FRI", utc(2025, 3, 10)) == utc(2025, 3, 14));
  CHECK(next("0 0 13 * *", utc(2025, 3, 13)) == utc(2025, 4, 13));
  CHECK(next("0 0 */2 * FRI", utc(2025, 3, 14)) == utc(2025, 3, 21));
  CHECK(next("0 0 30 2 MON", utc(2025, 1, 1)) == utc(2025, 2, 3));
}

TEST_CASE("a cron works before the epoch and at the ends of time") {
  CHECK(next("0 0 * * *", -1) == 0);
  CHECK(next("0 0 1 1 *", utc(1960, 6, 1)) == utc(1961, 1, 1));
  CHECK(next("0 0 29 2 *", 8'640'000'000'000'000) > 8'640'000'000'000'000);
  CHECK_FALSE(next("* * * * *", std::numeric_limits<std::int64_t>::max()));
  CHECK(next("* * * * *", std::numeric_limits<std::int64_t>::min()));
}

TEST_CASE("a cron is refused by the field, what it says and what it may say") {
  CHECK_THAT(refusal("61 * * * *"),
             Contains("cron") && Contains("minute") && Contains("61") && Contains("0-59"));
  CHECK_THAT(refusal("0 24 * * *"), Contains("hour") && Contains("24") && Contains("0-23"));
  CHECK_THAT(refusal("0 0 0 * *"), Contains("day of month") && Contains("1-31"));
  CHECK_THAT(refusal("0 0 32 * *"), Contains("32"));
  CHECK_THAT(refusal("0 0 1 13 *"), Contains("month") && Contains("13") && Contains("JAN-DEC"));
  CHECK_THAT(refusal("0 0 * * 8"), Contains("day of week") && Contains("0-7"));
  CHECK_THAT(refusal("0 0 * * FUN"), Contains("FUN") && Contains("SUN-SAT"));
  CHECK_THAT(refusal("*/0 * * * *"), Contains("step"));
  CHECK_THAT(refusal("*/90 * * * *"), Contains("step") && Contains("1-60"));
  CHECK_THAT(refusal("30-10 * * * *"), Contains("backwards"));
}

TEST_CASE("a cron has exactly five fields") {
  CHECK_THAT(refusal(""), Contains("five"));
  CHECK_THAT(refusal("* * * *"), Contains("4 fields"));
  CHECK_THAT(refusal("0 * * * * *"), Contains("6 fields"));
  CHECK(next("  0\t0  * * * ", utc(2025, 1, 1)) == utc(2025, 1, 2));
}

TEST_CASE("what no cron says is refused") {
  for (const auto* bad : {"@daily * * * *", "-1 * * * *", "1- * * * *", "-5 * * * *", ", * * * *",
                          "1, * * * *", "1,,2 * * * *", "* * ? * *", "* * L * *", "1.5 * * * *",
                          "+1 * * * *", "** * * * *", "1-2-3 * * * *", "*/ * * * *", "/5 * * * *",
                          "*/2/3 * * * *", "99999999999 * * * *", "* * * JANUARY *", "MON * * * *"})
    CHECK_FALSE(refusal(bad).empty());
}
