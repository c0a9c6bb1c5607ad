#include "flows/cron.hpp"
#include "flows/functions/domains.hpp"

#include <array>

namespace quipu::mapper {

namespace {

constexpr std::int64_t ms_a_second = 1000;
/// 29 February of some weekday is up to forty years away.
constexpr std::uint64_t touches_a_search = 256;

value next_delay(call& c) {
  if (!c.at(0).is_string() || !c.spend.touch(touches_a_search)) return -1.0;
  auto rule = cron::parse(c.at(0).text());
  if (!rule) return -1.0;
  auto now = c.from->now();
  auto next = rule->next(now);
  if (!next) return -1.0;
  const auto seconds = (*next - now) / ms_a_second;
  return static_cast<double>(seconds);
}

std::string check(std::span<const value> known) {
  if (known.empty() || !known[0].is_string())
    return "it wants a cron expression, \"30 9 * * MON-FRI\"";
  auto rule = cron::parse(known[0].text());
  return rule ? "" : rule.error().message;
}

} // namespace

std::span<const function> cron_functions() {
  static constexpr std::array rows{
      function{"nextDelay", next_delay, "expression", "quipu",
               "whole seconds to the next firing in UTC; -1 if there is none or it is no cron "
               "expression",
               "", true, check},
  };
  return rows;
}

} // namespace quipu::mapper
