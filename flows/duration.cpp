#include "flows/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace quipu {
namespace {

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array units{
    unit{"w", 7LL * 24 * 60 * 60 * 1000},
    unit{"d", 24LL * 60 * 60 * 1000},
    unit{"h", 60LL * 60 * 1000},
    unit{"m", 60LL * 1000},
    unit{"s", 1000},
    unit{"ms", 1},
};

/// 2^53 milliseconds: what a double, and so JSON, counts exactly; 285,000 years.
constexpr double most = 9007199254740992.0;

failure refuse(std::string_view text, std::string_view why) {
  return {fault::invalid,
          fmt::format(
              "\"{}\" is not a duration: {}; a number of seconds or one like 250ms, 5s, 1h30m, 2d "
              "would be right, in w d h m s ms",
              text, why)};
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

} // namespace

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  auto rest = trim(text);
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest.empty()) return refuse(text, "nothing is said");
  double total = 0;
  auto next = units.begin();
  while (!rest.empty()) {
    double amount = 0;
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789."));
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), amount,
                                              std::chars_format::fixed);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
      return refuse(text, fmt::format("\"{}\" does not begin with a number", rest));
    rest = trim(rest.substr(digits.size()));
    const auto name =
        trim(rest.substr(0, std::min(rest.find_first_of("0123456789."), rest.size())));
    rest = trim(rest.substr(
        name.empty() ? 0 : static_cast<std::size_t>(name.data() + name.size() - rest.data())));
    const bool bare = name.empty() && rest.empty() && next == units.begin();
    const auto found = std::find_if(units.begin(), units.end(),
                                    [&](const unit& u) { return u.name == (bare ? "s" : name); });
    if (name.empty() && !bare) return refuse(text, "a number is without its unit");
    if (found == units.end()) return refuse(text, fmt::format("there is no unit \"{}\"", name));
    if (found < next)
      return refuse(text,
                    fmt::format("\"{}\" stands behind a smaller unit or is there twice", name));
    next = found + 1;
    total += amount * static_cast<double>(found->milliseconds);
  }
  if (!(total <= most)) return refuse(text, "it is longer than 285,000 years");
  const auto whole = static_cast<std::int64_t>(std::llround(total));
  return std::chrono::milliseconds{negative ? -whole : whole};
}

} // namespace quipu
