#include "flows/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <span>
#include <vector>

namespace quipu {

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_minutes = 1'440;

// After 400 years the calendar repeats, weekdays included.
constexpr std::int64_t cycle_days = 146'097;
constexpr std::int64_t cycle_months = 4'800;

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED",
                                                        "THU", "FRI", "SAT"};
constexpr unsigned sunday = 7; // its other number

struct field {
  std::string_view name;
  unsigned least;
  unsigned most;
  unsigned widest_step;
  std::span<const std::string_view> names; // of the values from `least` on
  std::string_view allowed;
};

constexpr std::array<field, 5> fields{{
    {"minute", 0, 59, 60, {}, "0-59"},
    {"hour", 0, 23, 24, {}, "0-23"},
    {"day of month", 1, 31, 31, {}, "1-31"},
    {"month", 1, 12, 12, month_names, "1-12 or JAN-DEC"},
    {"day of week", 0, sunday, 7, weekday_names, "0-7 or SUN-SAT"},
}};

constexpr bool has(std::uint64_t set, std::uint64_t bit) { return (set >> bit & 1U) != 0; }

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

bool same_letters(std::string_view a, std::string_view upper) {
  return std::ranges::equal(a, upper, [](char x, char y) {
    return (x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x) == y;
  });
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || stop != end || error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<unsigned> value_of(std::string_view text, const field& of) {
  const auto named = std::ranges::find_if(
      of.names, [&](std::string_view name) { return same_letters(text, name); });
  if (named != of.names.end()) return of.least + static_cast<unsigned>(named - of.names.begin());
  const auto value = number(text);
  return value && *value >= of.least && *value <= of.most ? value : std::nullopt;
}

// One field while it is read; the first thing that is wrong is kept in `wrong`.
class reader {
public:
  explicit reader(const field& of) : of_(of) {}

  std::uint64_t read(std::string_view text) {
    std::uint64_t set = 0;
    while (wrong.empty()) {
      const auto comma = text.find(',');
      set |= item(text.substr(0, comma));
      if (comma == std::string_view::npos) break;
      text.remove_prefix(comma + 1);
    }
    return set;
  }

  std::string wrong;

private:
  std::uint64_t item(std::string_view text) {
    const auto slash = text.find('/');
    const auto range = text.substr(0, slash);
    unsigned step = 1;
    if (slash != std::string_view::npos) {
      const auto said = number(text.substr(slash + 1));
      if (!said || *said < 1 || *said > of_.widest_step)
        return refuse(fmt::format("the step of \"{}\" may be 1-{}", text, of_.widest_step));
      step = *said;
    }
    unsigned from = of_.least;
    unsigned to = of_.most;
    if (range == "*") {
      to = last();
    } else if (const auto dash = range.find('-'); dash != std::string_view::npos) {
      from = value(range.substr(0, dash));
      to = value(range.substr(dash + 1));
      if (same_letters(range.substr(dash + 1), weekday_names[0]) && from > 0) to = sunday;
      if (wrong.empty() && from > to)
        return refuse(fmt::format("the range \"{}\" runs backwards", range));
    } else {
      from = value(range);
      to = slash == std::string_view::npos ? from : std::max(from, last());
    }
    std::uint64_t set = 0;
    if (wrong.empty())
      for (auto at = from; at <= to; at += step) set |= std::uint64_t{1} << at;
    return set;
  }

  // What an open end runs to: Saturday, not the second Sunday.
  [[nodiscard]] unsigned last() const { return of_.most == sunday ? sunday - 1 : of_.most; }

  unsigned value(std::string_view text) {
    if (const auto found = value_of(text, of_)) return *found;
    refuse(fmt::format("\"{}\" is not one of {}", text, of_.allowed));
    return of_.least;
  }

  std::uint64_t refuse(std::string why) {
    if (wrong.empty()) wrong = std::move(why);
    return 0;
  }

  const field& of_;
};

std::vector<std::string_view> words(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string_view> found;
  for (auto at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(blanks, at), text.size());
    found.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(blanks, end);
  }
  return found;
}

} // namespace

result<cron> cron::parse(std::string_view expression) {
  const auto said = words(expression);
  if (said.size() != fields.size())
    return failure{fault::invalid,
                   fmt::format("cron \"{}\" has {} fields instead of five: minute, hour, day of "
                               "month, month, day of week",
                               expression, said.size())};
  cron made;
  const std::array<std::uint64_t*, fields.size()> sets{&made.minutes_, &made.hours_, &made.days_,
                                                       &made.months_, &made.weekdays_};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    reader in{fields[i]};
    *sets[i] = in.read(said[i]);
    if (!in.wrong.empty())
      return failure{fault::invalid, fmt::format("cron \"{}\": {} is \"{}\", but {}", expression,
                                                 fields[i].name, said[i], in.wrong)};
  }
  if (has(made.weekdays_, sunday)) made.weekdays_ |= 1U;
  made.either_day_ = said[2].front() != '*' && said[4].front() != '*';
  return made;
}

std::optional<std::int64_t> cron::next(std::int64_t after_ms) const {
  if (!has_day()) return std::nullopt;
  const auto from = floor_div(after_ms, minute_ms) + 1;
  auto day = floor_div(from, day_minutes);
  auto minute = first_minute(from - day * day_minutes);
  auto found = first_day(day);
  if (found && (*found != day || !minute)) {
    minute = first_minute(0);
    if (*found == day) found = first_day(day + 1);
  }
  if (!found || !minute) return std::nullopt;
  const auto at = *found * day_minutes + *minute;
  if (at > std::numeric_limits<std::int64_t>::max() / minute_ms) return std::nullopt;
  return at * minute_ms;
}

// Whether a month has one of the days: every date falls on every weekday, only 30 February is none.
bool cron::has_day() const {
  if (either_day_) return true;
  constexpr std::array<unsigned, 12> lengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (unsigned month = 1; month <= lengths.size(); ++month) {
    const auto days = (std::uint64_t{1} << (lengths[month - 1] + 1)) - 1;
    if (has(months_, month) && (days_ & days) != 0) return true;
  }
  return false;
}

// The first day at or after `from` that fits, in days since the epoch.
std::optional<std::int64_t> cron::first_day(std::int64_t from) const {
  using namespace std::chrono;
  const auto cycle = floor_div(from, cycle_days);
  const sys_days start{days{from - cycle * cycle_days}};
  const year_month_day date{start};
  auto month = date.year() / date.month();
  auto day = static_cast<unsigned>(date.day());
  // The month that `from` is in is looked at twice: behind `from`, and before it in 400 years.
  for (std::int64_t i = 0; i <= cycle_months; ++i, month += months{1}, day = 1) {
    if (!has(months_, static_cast<unsigned>(month.month()))) continue;
    const auto last = static_cast<unsigned>((month / std::chrono::last).day());
    for (; day <= last; ++day) {
      const sys_days at{month / std::chrono::day{day}};
      const bool dated = has(days_, day);
      const bool named = has(weekdays_, weekday{at}.c_encoding());
      if (either_day_ ? dated || named : dated && named)
        return cycle * cycle_days + at.time_since_epoch().count();
    }
  }
  return std::nullopt;
}

// The first minute of a day at or after `from` that fits.
std::optional<std::int64_t> cron::first_minute(std::int64_t from) const {
  for (auto hour = from / 60, minute = from % 60; hour < 24; ++hour, minute = 0)
    if (has(hours_, static_cast<std::uint64_t>(hour)))
      for (; minute < 60; ++minute)
        if (has(minutes_, static_cast<std::uint64_t>(minute))) return hour * 60 + minute;
  return std::nullopt;
}

} // namespace quipu
