#include "flows/functions/domains.hpp"
#include "flows/mapper/calendar.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace quipu::mapper {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The time that the first operand stands for: a date, epoch milliseconds as a number or in digits,
/// or a text in the date time string format. None, and the failure said, if it is nothing of these.
std::optional<double> time_of(call& c) {
  const auto& what = c.at(0);
  if (what.is_date()) return what.time();
  if (what.is_number()) return time_clip(what.number());
  if (what.is_string()) {
    double parsed = parse_date(trim(what.text()));
    if (std::isnan(parsed) && !trim(what.text()).empty())
      parsed = time_clip(number_of(what.text()));
    if (!std::isnan(parsed)) return parsed;
    c.fail(fmt::format(
        "\"{}\" is no date; it reads 2021-11-30, 2021-11-30T22:41:07.350Z and epoch milliseconds",
        shortened(what.text())));
    return std::nullopt;
  }
  c.wants("a date");
  return std::nullopt;
}

value now(call& c) { return static_cast<double>(c.from->now()); }
value parse(call& c) { return parse_date(c.string(0)); }

value from_iso(call& c) {
  const auto& what = c.at(0);
  if (what.is_date()) return what;
  if (what.is_string()) return date{parse_date(what.text())};
  return date{time_clip(c.number(0))};
}

value utc(call& c) {
  double year = integer_of(c.number(0));
  if (std::isnan(c.number(0))) return nan;
  if (year >= 0 && year <= 99) year += 1900;
  auto part = [&](std::size_t i, double otherwise) { return c.has(i) ? c.number(i) : otherwise; };
  return put_together(
      {year, part(1, 0), part(2, 1), part(3, 0), part(4, 0), part(5, 0), part(6, 0)});
}

template <double moment::*Part>
value part(call& c) {
  auto time = time_of(c);
  return time ? value(taken_apart(*time).*Part) : value();
}

value day_of_week(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  return std::isnan(*time) ? nan : double(weekday(*time));
}

value epoch(call& c) {
  auto time = time_of(c);
  return time ? value(*time) : value();
}

value zone_offset(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  return std::isnan(*time) ? nan : 0.0;
}

/// Replaces `First` and, as far as there are operands for them, the parts that follow it.
template <double moment::*... Parts>
value with(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  auto parts = taken_apart(*time);
  std::size_t next = 1;
  bool any = c.has(1);
  auto replace = [&](double moment::*member) {
    if (c.has(next)) parts.*member = c.number(next);
    ++next;
  };
  (replace(Parts), ...);
  return any ? put_together(parts) : nan;
}

/// Sets the year: of an invalid date too, which becomes the first of January of it.
value with_year(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  auto parts = std::isnan(*time) ? moment{} : taken_apart(*time);
  if (!c.has(1)) return nan;
  parts.year = c.number(1);
  if (c.has(2)) parts.month = c.number(2);
  if (c.has(3)) parts.day = c.number(3);
  return put_together(parts);
}

value with_time(call& c) {
  if (!time_of(c)) return {};
  return time_clip(c.number(1));
}

template <std::string (*Write)(double)>
value written(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  return std::isnan(*time) ? std::string("Invalid Date") : Write(*time);
}

value iso(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  return std::isnan(*time) ? c.fail("an invalid date has no ISO form") : value(iso_string(*time));
}

value to_json(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  return std::isnan(*time) ? value(null_t{}) : value(iso_string(*time));
}

std::string bare_iso(double time) {
  std::string bare;
  for (char each : iso_string(time))
    if (std::string_view("-:TZ").find(each) == std::string_view::npos) bare += each;
  return bare;
}

value iso_bare(call& c) {
  const auto& what = c.at(0);
  if (what.is_nullish() || (what.is_string() && what.text().empty()))
    return bare_iso(static_cast<double>(c.from->now()));
  auto time = time_of(c);
  if (!time) return {};
  return std::isnan(*time) ? c.fail("an invalid date has no ISO form") : value(bare_iso(*time));
}

std::string locale_both(double time) { return locale_date(time) + ", " + locale_time(time); }

/// Eight digits: of a year that has four.
value yyyymmdd(call& c) {
  auto time = time_of(c);
  if (!time) return {};
  if (std::isnan(*time)) return c.fail("an invalid date has no day");
  auto parts = taken_apart(*time);
  if (parts.year < 0 || parts.year > 9999)
    return c.fail(fmt::format("the year {} does not have four digits", print(parts.year)));
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(parts.year),
                     static_cast<int>(parts.month) + 1, static_cast<int>(parts.day));
}

constexpr auto set_day = with<&moment::day>;
constexpr auto set_hours =
    with<&moment::hour, &moment::minute, &moment::second, &moment::millisecond>;
constexpr auto set_milliseconds = with<&moment::millisecond>;
constexpr auto set_minutes = with<&moment::minute, &moment::second, &moment::millisecond>;
constexpr auto set_month = with<&moment::month, &moment::day>;
constexpr auto set_seconds = with<&moment::second, &moment::millisecond>;

} // namespace

std::span<const function> date_functions() {
  static constexpr std::array rows{
      function{"now", now, "", "21.4.3.1", "epoch milliseconds of this step", "", true},
      function{"fromISOString", from_iso, "text", "21.4.2.1", "a date",
               R"("1970-01-02" -> "1970-01-02T00:00:00.000Z")"},
      function{"parse", parse, "text", "21.4.3.2", "epoch milliseconds; NaN if it is no date",
               R"("1970-01-01T00:00:01Z" -> 1000)"},
      function{"yyyymmdd", yyyymmdd, "date", "quipu", "its day in eight digits",
               R"("2021-11-30" -> "20211130")"},
      function{"UTC", utc, "year, month?, day?, hour?, minute?, second?, ms?", "21.4.3.4",
               "epoch milliseconds; months from 0", "1970, 0, 2 -> 86400000"},
      function{"getDate", part<&moment::day>, "date", "21.4.4.2", "day of the month",
               R"("2021-11-30" -> 30)"},
      function{"getDay", day_of_week, "date", "21.4.4.3", "day of the week, Sunday 0",
               R"("2021-11-30" -> 2)"},
      function{"getFullYear", part<&moment::year>, "date", "21.4.4.4", "year",
               R"("2021-11-30" -> 2021)"},
      function{"getHours", part<&moment::hour>, "date", "21.4.4.5", "hour", "3600000 -> 1"},
      function{"getMilliseconds", part<&moment::millisecond>, "date", "21.4.4.6", "millisecond",
               "1007 -> 7"},
      function{"getMinutes", part<&moment::minute>, "date", "21.4.4.7", "minute", "61000 -> 1"},
      function{"getMonth", part<&moment::month>, "date", "21.4.4.8", "month from 0",
               R"("2021-11-30" -> 10)"},
      function{"getSeconds", part<&moment::second>, "date", "21.4.4.9", "second", "61000 -> 1"},
      function{"getTime", epoch, "date", "21.4.4.10", "epoch milliseconds",
               R"("1970-01-02" -> 86400000)"},
      function{"getTimezoneOffset", zone_offset, "date", "21.4.4.11", "0: the zone is UTC",
               "0 -> 0"},
      function{"getUTCDate", part<&moment::day>, "date", "21.4.4.12", "as getDate",
               R"("2021-11-30" -> 30)"},
      function{"getUTCDay", day_of_week, "date", "21.4.4.13", "as getDay", R"("2021-11-30" -> 2)"},
      function{"getUTCFullYear", part<&moment::year>, "date", "21.4.4.14", "as getFullYear",
               R"("2021-11-30" -> 2021)"},
      function{"getUTCHours", part<&moment::hour>, "date", "21.4.4.15", "as getHours",
               "3600000 -> 1"},
      function{"getUTCMilliseconds", part<&moment::millisecond>, "date", "21.4.4.16",
               "as getMilliseconds", "1007 -> 7"},
      function{"getUTCMinutes", part<&moment::minute>, "date", "21.4.4.17", "as getMinutes",
               "61000 -> 1"},
      function{"getUTCMonth", part<&moment::month>, "date", "21.4.4.18", "as getMonth",
               R"("2021-11-30" -> 10)"},
      function{"getUTCSeconds", part<&moment::second>, "date", "21.4.4.19", "as getSeconds",
               "61000 -> 1"},
      function{"setDate", set_day, "date, day", "21.4.4.20", "epoch milliseconds with another day",
               "0, 2 -> 86400000"},
      function{"setFullYear", with_year, "date, year, month?, day?", "21.4.4.21",
               "... another year", "0, 1971 -> 31536000000"},
      function{"setHours", set_hours, "date, hour, minute?, second?, ms?", "21.4.4.22",
               "... another hour", "0, 1 -> 3600000"},
      function{"setMilliseconds", set_milliseconds, "date, ms", "21.4.4.23",
               "... another millisecond", "0, 7 -> 7"},
      function{"setMinutes", set_minutes, "date, minute, second?, ms?", "21.4.4.24",
               "... another minute", "0, 1 -> 60000"},
      function{"setMonth", set_month, "date, month, day?", "21.4.4.25", "... another month",
               "0, 1 -> 2678400000"},
      function{"setSeconds", set_seconds, "date, second, ms?", "21.4.4.26", "... another second",
               "0, 1 -> 1000"},
      function{"setTime", with_time, "date, ms", "21.4.4.27", "... another time", "0, 5 -> 5"},
      function{"setUTCDate", set_day, "date, day", "21.4.4.28", "as setDate", "0, 2 -> 86400000"},
      function{"setUTCFullYear", with_year, "date, year, month?, day?", "21.4.4.29",
               "as setFullYear", "0, 1971 -> 31536000000"},
      function{"setUTCHours", set_hours, "date, hour, minute?, second?, ms?", "21.4.4.30",
               "as setHours", "0, 1 -> 3600000"},
      function{"setUTCMilliseconds", set_milliseconds, "date, ms", "21.4.4.31",
               "as setMilliseconds", "0, 7 -> 7"},
      function{"setUTCMinutes", set_minutes, "date, minute, second?, ms?", "21.4.4.32",
               "as setMinutes", "0, 1 -> 60000"},
      function{"setUTCMonth", set_month, "date, month, day?", "21.4.4.33", "as setMonth",
               "0, 1 -> 2678400000"},
      function{"setUTCSeconds", set_seconds, "date, second, ms?", "21.4.4.34", "as setSeconds",
               "0, 1 -> 1000"},
      function{"toISOString", iso, "date", "21.4.4.36", "2021-11-30T22:41:07.350Z",
               R"(0 -> "1970-01-01T00:00:00.000Z")"},
      function{"toISOXString", iso_bare, "date?", "quipu",
               "the same without `-:TZ`; of this step without a date",
               R"(0 -> "19700101000000.000")", true},
      function{"toJSON", to_json, "date", "21.4.4.37", "as toISOString; null of an invalid date",
               R"(0 -> "1970-01-01T00:00:00.000Z")"},
      function{"toDateString", written<date_string>, "date", "21.4.4.35", "Tue Nov 30 2021",
               R"(0 -> "Thu Jan 01 1970")"},
      function{"toString", written<full_string>, "date", "21.4.4.41", "date and time, in words",
               R"text(0 -> "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)")text"},
      function{"valueOf", epoch, "date", "21.4.4.44", "epoch milliseconds",
               R"("1970-01-02" -> 86400000)"},
      function{"toLocaleDateString", written<locale_date>, "date", "21.4.4.38", "as in en-US",
               R"(0 -> "1/1/1970")"},
      function{"toLocaleString", written<locale_both>, "date", "21.4.4.39", "as in en-US",
               R"(0 -> "1/1/1970, 12:00:00 AM")"},
      function{"toLocaleTimeString", written<locale_time>, "date", "21.4.4.40", "as in en-US",
               R"(0 -> "12:00:00 AM")"},
  };
  return rows;
}

} // namespace quipu::mapper
