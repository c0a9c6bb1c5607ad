#include "apps/quipu/moment.hpp"

#include "actors/instant.hpp"
#include "flows/duration.hpp"
#include "flows/mapper/calendar.hpp"

#include <fmt/format.h>

#include <cmath>

namespace quipu {

result<std::optional<std::chrono::system_clock::time_point>> read_moment(const std::string& flag,
                                                                         std::string written) {
  using std::chrono::milliseconds;
  using std::chrono::system_clock;
  using moment = std::optional<system_clock::time_point>;
  if (written.empty()) return moment{};
  if (const auto age = parse_duration(written)) {
    const auto now = std::chrono::floor<milliseconds>(system_clock::now().time_since_epoch());
    return moment{instant_of<milliseconds>((now - *age).count())};
  }
  // As `quipu jobs` shows it.
  constexpr std::size_t date_size = 10;
  if (written.size() > date_size && written[date_size] == ' ') written[date_size] = 'T';
  const bool has_zone = written.find('T') == std::string::npos || written.ends_with('Z');
  const auto time = mapper::parse_date(has_zone ? written : written + 'Z');
  if (std::isfinite(time)) return moment{instant_of<milliseconds>(static_cast<std::int64_t>(time))};
  return failure{fault::bad_request, fmt::format("{}: \"{}\" is no time; {} would be right", flag,
                                                 written, moment_help)};
}

} // namespace quipu
