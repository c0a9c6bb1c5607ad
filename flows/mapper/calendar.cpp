#include "flows/mapper/calendar.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace quipu::mapper {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double ms_a_day = 86'400'000;
constexpr double last_time = 8.64e15;
constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Days since 1970 of the first of a month, counted in years that begin in March, so that the leap
/// day is the last of its year and every era of 400 years is alike.
std::int64_t day_of_month_start(std::int64_t year, int month) {
  year -= month < 2;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t of_era = year - era * 400;
  std::int64_t from_march = (month + 10) % 12;
  std::int64_t of_year = (153 * from_march + 2) / 5;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

double day_of(double time) { return std::floor(time / ms_a_day); }

std::string clock(const moment& at) {
  return fmt::format("{:02}:{:02}:{:02}", static_cast<int>(at.hour), static_cast<int>(at.minute),
                     static_cast<int>(at.second));
}

std::string plain_year(double year) {
  return fmt::format("{}{:04}", year < 0 ? "-" : "", static_cast<int>(std::abs(year)));
}

int days_in_month(std::int64_t year, int month) {
  auto next = month == 11 ? day_of_month_start(year + 1, 0) : day_of_month_start(year, month + 1);
  return static_cast<int>(next - day_of_month_start(year, month));
}

bool parse_iso(const re2::StringPiece& text, moment& parts, int& offset) {
  static const RE2 format(
      R"(([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)");
  std::string year, month, day, hour, minute, second, fraction, zone;
  if (!RE2::FullMatch(text, format, &year, &month, &day, &hour, &minute, &second, &fraction, &zone))
    return false;
  if (year == "-000000") return false;
  auto number = [](const std::string& digits, int otherwise) {
    return digits.empty() ? otherwise : std::atoi(digits.c_str());
  };
  int y = number(year, 0), mo = number(month, 1), d = number(day, 1);
  int h = number(hour, 0), mi = number(minute, 0), s = number(second, 0);
  if (mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo - 1)) return false;
  if (h > 24 || mi > 59 || s > 59) return false;
  fraction.resize(3, '0');
  double ms = number(fraction, 0);
  if (h == 24 && (mi > 0 || s > 0 || ms > 0)) return false;
  if (zone.size() == 6) {
    int zone_hours = std::atoi(zone.substr(1, 2).c_str());
    int zone_minutes = std::atoi(zone.substr(4).c_str());
    if (zone_hours > 23 || zone_minutes > 59) return false;
    offset = (zone[0] == '-' ? -1 : 1) * (zone_hours * 60 + zone_minutes);
  }
  parts = {double(y), double(mo - 1), double(d), double(h), double(mi), double(s), ms};
  return true;
}

bool parse_written(const re2::StringPiece& text, moment& parts, int& offset) {
  static const RE2 format(
      R"((?:[A-Z][a-z]{2},? )?(?:([A-Z][a-z]{2}) (\d\d)|(\d\d) ([A-Z][a-z]{2})) (-?\d{4,6})(?: (\d\d):(\d\d):(\d\d)(?: GMT([+-]\d{4})?)?(?: \([^)]*\))?)?)");
  std::string month, day, day_first, month_last, year, hour, minute, second, zone;
  if (!RE2::FullMatch(text, format, &month, &day, &day_first, &month_last, &year, &hour, &minute,
                      &second, &zone))
    return false;
  const auto& name = month.empty() ? month_last : month;
  std::size_t index = 0;
  while (index < months.size() && name != months[index]) ++index;
  if (index == months.size()) return false;
  parts = {std::atof(year.c_str()),
           double(index),
           std::atof((day.empty() ? day_first : day).c_str()),
           std::atof(hour.c_str()),
           std::atof(minute.c_str()),
           std::atof(second.c_str()),
           0};
  if (parts.day > 31 || parts.hour > 23 || parts.minute > 59 || parts.second > 59) return false;
  if (!zone.empty()) {
    int digits = std::atoi(zone.substr(1).c_str());
    offset = (zone[0] == '-' ? -1 : 1) * (digits / 100 * 60 + digits % 100);
  }
  return true;
}

} // namespace

moment taken_apart(double time) {
  if (std::isnan(time)) return {nan, nan, nan, nan, nan, nan, nan};
  auto day = static_cast<std::int64_t>(day_of(time));
  auto in_day = static_cast<std::int64_t>(time - static_cast<double>(day) * ms_a_day);
  std::int64_t shifted = day + 719'468;
  std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  auto of_era = static_cast<int>(shifted - era * 146'097);
  int year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int from_march = (5 * of_year + 2) / 153;
  int month = (from_march + 2) % 12;
  auto year = static_cast<double>(year_of_era + era * 400 + (month < 2));
  int month_day = of_year - (153 * from_march + 2) / 5 + 1;
  auto seconds = in_day / 1'000;
  auto minutes = seconds / 60;
  auto hours = minutes / 60;
  return {year,
          double(month),
          double(month_day),
          double(hours),
          double(minutes % 60),
          double(seconds % 60),
          double(in_day % 1'000)};
}

int weekday(double time) {
  auto day = static_cast<std::int64_t>(day_of(time));
  return static_cast<int>(((day + 4) % 7 + 7) % 7);
}

double time_clip(double time) { return std::abs(time) <= last_time ? std::trunc(time) + 0.0 : nan; }

double put_together(const moment& parts) {
  double sum = parts.year + parts.month + parts.day + parts.hour + parts.minute + parts.second +
               parts.millisecond;
  if (!std::isfinite(sum)) return nan;
  double month = std::trunc(parts.month);
  double year = std::trunc(parts.year) + std::floor(month / 12);
  if (std::abs(year) > 400'000) return nan;
  auto of_year = static_cast<int>(month - std::floor(month / 12) * 12);
  auto start = static_cast<double>(day_of_month_start(static_cast<std::int64_t>(year), of_year));
  double day = start + std::trunc(parts.day) - 1;
  double in_day = std::trunc(parts.hour) * 3'600'000 + std::trunc(parts.minute) * 60'000 +
                  std::trunc(parts.second) * 1'000 + std::trunc(parts.millisecond);
  return time_clip(day * ms_a_day + in_day);
}

double parse_date(std::string_view text) {
  re2::StringPiece piece(text.data(), text.size());
  moment parts;
  int offset = 0;
  if (!parse_iso(piece, parts, offset) && !parse_written(piece, parts, offset)) return nan;
  parts.minute -= offset;
  return put_together(parts);
}

std::string iso_string(double time) {
  auto at = taken_apart(time);
  auto year = static_cast<int>(at.year);
  auto written = year >= 0 && year <= 9999
                     ? fmt::format("{:04}", year)
                     : fmt::format("{}{:06}", year < 0 ? '-' : '+', std::abs(year));
  return fmt::format("{}-{:02}-{:02}T{}.{:03}Z", written, static_cast<int>(at.month) + 1,
                     static_cast<int>(at.day), clock(at), static_cast<int>(at.millisecond));
}

std::string date_string(double time) {
  auto at = taken_apart(time);
  return fmt::format("{} {} {:02} {}", days[static_cast<std::size_t>(weekday(time))],
                     months[static_cast<std::size_t>(at.month)], static_cast<int>(at.day),
                     plain_year(at.year));
}

std::string full_string(double time) {
  return fmt::format("{} {} GMT+0000 (Coordinated Universal Time)", date_string(time),
                     clock(taken_apart(time)));
}

std::string locale_date(double time) {
  auto at = taken_apart(time);
  auto year = static_cast<int>(at.year);
  return fmt::format("{}/{}/{}", static_cast<int>(at.month) + 1, static_cast<int>(at.day),
                     year > 0 ? year : 1 - year); // of its era
}

std::string locale_time(double time) {
  auto at = taken_apart(time);
  auto hour = static_cast<int>(at.hour);
  return fmt::format("{}:{:02}:{:02} {}", hour % 12 == 0 ? 12 : hour % 12,
                     static_cast<int>(at.minute), static_cast<int>(at.second),
                     hour < 12 ? "AM" : "PM");
}

} // namespace quipu::mapper
