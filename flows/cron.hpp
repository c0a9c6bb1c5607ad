#pragma once

#include "collation/quipu/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace quipu {

/// When something is to happen again and again, in UTC, to the minute: `30 9 * * MON-FRI`.
///
/// Five fields: minute (0-59), hour (0-23), day of the month (1-31), month (1-12 or JAN-DEC), day
/// of the week (0-7 or SUN-SAT; 0 and 7 are Sunday). A field is a list of `*`, `a`, `a-b`, each
/// with an optional `/step`; `a/step` runs to the end of the field.
///
/// As in Vixie's cron, a day must fit both day fields if one of them begins with `*`, else it fits
/// when either does: `0 0 13 * FRI` fires on every 13th and on every Friday.
class cron {
public:
  /// `fault::invalid`: names the field, what it says and what it may say.
  [[nodiscard]] static result<cron> parse(std::string_view expression);

  /// Epoch milliseconds of the first firing strictly after `after_ms`; none if there never is one
  /// (30 February).
  [[nodiscard]] std::optional<std::int64_t> next(std::int64_t after_ms) const;

private:
  [[nodiscard]] bool has_day() const;
  [[nodiscard]] std::optional<std::int64_t> first_day(std::int64_t from) const;
  [[nodiscard]] std::optional<std::int64_t> first_minute(std::int64_t from) const;

  // Bit n: the field admits the value n.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;
  bool either_day_ = false; ///< neither day field begins with `*`
};

} // namespace quipu
