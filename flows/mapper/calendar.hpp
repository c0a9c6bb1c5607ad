#pragma once

#include <array>
#include <string>
#include <string_view>

namespace quipu::mapper {

/// Time values as ECMA-262 21.4.1 has them: milliseconds since 1970 in a double, NaN for no date;
/// the Gregorian calendar without end in both directions; the local zone is UTC.

/// A time value taken apart, or the parts of one to be made: parts may be out of their range and
/// carry.
struct moment {
  double year = 1970;
  double month = 0; ///< from 0
  double day = 1;   ///< from 1
  double hour = 0;
  double minute = 0;
  double second = 0;
  double millisecond = 0;
};

[[nodiscard]] moment taken_apart(double time);
[[nodiscard]] int weekday(double time);
/// MakeDate(MakeDay, MakeTime) and TimeClip: NaN when a part is none or the time is out of range.
[[nodiscard]] double put_together(const moment& parts);
[[nodiscard]] double time_clip(double time);

/// Date.parse: the date time string format (21.4.1.32), and what `toString` and `toUTCString`
/// write.
[[nodiscard]] double parse_date(std::string_view text);

/// What these write of a valid time.
[[nodiscard]] std::string iso_string(double time);  ///< 2021-11-30T22:41:07.350Z
[[nodiscard]] std::string date_string(double time); ///< Tue Nov 30 2021
[[nodiscard]] std::string full_string(double time); ///< Tue Nov 30 2021 22:41:07 GMT+0000 (...)
[[nodiscard]] std::string locale_date(double time); ///< 11/30/2021
[[nodiscard]] std::string locale_time(double time); ///< 10:41:07 PM

} // namespace quipu::mapper
