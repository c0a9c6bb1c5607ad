#include "tests/bench/page.hpp"

#include <fmt/format.h>

namespace quipu::bench {

namespace {

std::string line(const row& of) {
  const auto or_nothing = [](const std::optional<double>& what, std::string_view form) {
    return what ? fmt::format(fmt::runtime(form), *what) : std::string{};
  };
  const auto ours = [&](std::string_view form, double what) {
    return of.peer ? std::string{} : fmt::format(fmt::runtime(form), what);
  };
  return fmt::format("| {} | {} | {} | {:.0f} ({:.0f}-{:.0f}) | {} | {} | {} | {:.2f} | {:.2f} | "
                     "{:.2f} | {} | {} | {} |\n",
                     of.store, of.workload, of.at_once, of.flows.median, of.flows.least,
                     of.flows.most, ours("{:.0f}", of.commits_a_second()),
                     or_nothing(of.raw, "{:.0f}"), or_nothing(of.ratio(), "{:.2f}"),
                     of.quantile_ms(0.5), of.quantile_ms(0.99), of.quantile_ms(0.999),
                     ours("{:.3f}", of.node_cpu), ours("{:.3f}", of.store_cpu),
                     ours("{:.0f}", static_cast<double>(of.peak_bytes) / (1U << 20U)));
}

} // namespace

std::string markdown(const circumstances& where, const std::vector<row>& rows) {
  std::string made = fmt::format("quipu {}, {}. {}; {}; load {:.1f} when it began. Medians of {} "
                                 "repetitions of {} s (least-most).\n\n"
                                 "| store | flow | at once | flows/s | commits/s | raw commits/s | "
                                 "ratio | p50 ms | p99 | p99.9 | "
                                 "CPU s / 1,000 activities: node | store | peak MiB "
                                 "|\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
                                 where.version, where.at, where.machine, where.disk, where.load,
                                 where.repetitions, where.seconds);
  for (const auto& each : rows) made += line(each);
  const auto told = told_goals(rows);
  if (told.empty()) return made;
  made += "\n| flow | store | figure | goal | measured | |\n|---|---|---|---|---|---|\n";
  for (const auto& each : told)
    made +=
        fmt::format("| {} | {} | {} | {} {} | {} | {} |\n", each.workload, each.store, each.unit,
                    each.bound, each.wanted, each.measured, each.met ? "met" : "**missed**");
  return made;
}

result<std::string> with_part(std::string_view page, std::string_view part) {
  const auto begins = page.find(part_begins);
  const auto ends = page.find(part_ends);
  if (begins == std::string_view::npos || ends == std::string_view::npos || ends < begins)
    return failure{
        fault::bad_request,
        fmt::format("the page has no place for it: a line \"{}\" and, below, a line \"{}\"",
                    part_begins, part_ends)};
  return fmt::format("{}\n\n{}\n{}", page.substr(0, begins + part_begins.size()), part,
                     page.substr(ends));
}

} // namespace quipu::bench
