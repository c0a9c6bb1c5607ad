#include "tests/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace quipu::bench {

namespace {

constexpr std::array percentiles{0.5, 0.99, 0.999};

std::string or_dash(const std::optional<double>& what, std::string_view form) {
  return what ? fmt::format(fmt::runtime(form), *what) : "-";
}

struct phrase {
  std::string_view unit;
  std::string_view bound;
  std::string_view form;
};

phrase phrase_of(goal::figure what) {
  switch (what) {
  case goal::figure::flows: return {"flows/s", "at least", "{:.0f}"};
  case goal::figure::ratio: return {"of the raw store", "at least", "{:.2f}"};
  case goal::figure::over_peer: return {"times the flows/s of", "at least", "{:.1f}"};
  case goal::figure::p50_ms: break;
  }
  return {"ms p50 alone", "at most", "{:.2f}"};
}

const row* row_of(const std::vector<row>& rows, std::string_view store, std::string_view workload) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const row& each) {
    return each.store == store && each.workload == workload;
  });
  return found == rows.end() ? nullptr : &*found;
}

/// None: it was not measured.
std::optional<double> value_of(const goal& asked, const std::vector<row>& rows) {
  const auto* of = row_of(rows, asked.store, asked.workload);
  if (of == nullptr) return std::nullopt;
  switch (asked.what) {
  case goal::figure::flows: return of->flows.median;
  case goal::figure::ratio: return of->ratio();
  case goal::figure::over_peer: {
    const auto* other = row_of(rows, peer_row(asked.peer, asked.store), asked.workload);
    if (other == nullptr || other->flows.median <= 0) return std::nullopt;
    return of->flows.median / other->flows.median;
  }
  case goal::figure::p50_ms: break;
  }
  return of->quantile_ms(0.5);
}

} // namespace

spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

const std::vector<goal>& goals() {
  using enum goal::figure;
  static const std::vector<goal> all{{"redis-everysec", "seq5", ratio, 0.6},
                                     {"redis-everysec", "seq5", flows, 8'000},
                                     {"lmdb-relaxed", "seq5", flows, 15'000},
                                     {"lmdb-sync", "seq5", flows, 4'000},
                                     {"redis-everysec", "hello", flows, 20'000},
                                     {"redis-everysec", "fan10", flows, 4'000},
                                     {"redis-everysec", "hello", p50_ms, 0.35},
                                     {"redis-everysec", "seq5", p50_ms, 1.0},
                                     {"redis-everysec", "fan10", p50_ms, 1.2},
                                     {"redis-everysec", "seq5", over_peer, 10, "bullmq"},
                                     {"lmdb-relaxed", "hello", p50_ms, 0.175},
                                     {"lmdb-relaxed", "seq5", p50_ms, 0.5},
                                     {"lmdb-relaxed", "fan10", p50_ms, 0.6}};
  return all;
}

std::string peer_row(std::string_view peer, std::string_view store) {
  return fmt::format("{}, {}", peer, store);
}

std::vector<told_goal> told_goals(const std::vector<row>& rows) {
  std::vector<told_goal> all;
  for (const auto& asked : goals()) {
    const auto value = value_of(asked, rows);
    if (!value) continue;
    const auto [unit, bound, form] = phrase_of(asked.what);
    all.push_back(
        {std::string{asked.workload}, std::string{asked.store},
         asked.peer.empty() ? std::string{unit} : fmt::format("{} {}", unit, asked.peer), bound,
         fmt::format(fmt::runtime(form), asked.value), fmt::format(fmt::runtime(form), *value),
         asked.value, *value,
         asked.what == goal::figure::p50_ms ? *value <= asked.value : *value >= asked.value});
  }
  return all;
}

std::string text(const circumstances& where) {
  return fmt::format(
      "quipu {}, {}\n{}; {}; load {:.1f}\nmedians of {} repetitions of {} s (least-most) at the "
      "best number of "
      "runs at once; p50 to p99.9 in ms, one run at a time;\nraw: commits/s of a bare client on "
      "the "
      "same store, measured before and after; CPU seconds a thousand activities\n",
      where.version, where.at, where.machine, where.disk, where.load, where.repetitions,
      where.seconds);
}

std::string text_header() {
  return fmt::format(
      "{:<14} {:<7} {:>7} {:>22} {:>12} {:>9} {:>9} {:>6} {:>7} {:>7} {:>7} {:>8} {:>9} "
      "{:>8}",
      "store", "flow", "at once", "flows/s", "activities/s", "commits/s", "raw/s", "ratio", "p50",
      "p99", "p99.9", "cpu node", "cpu store", "peak MiB");
}

std::string text(const row& measured) {
  return fmt::format("{:<14} {:<7} {:>7} {:>22} {:>12.0f} {:>9.0f} {:>9} {:>6} {:>7.3f} {:>7.3f} "
                     "{:>7.3f} {:>8.3f} "
                     "{:>9.3f} {:>8}",
                     measured.store, measured.workload, measured.at_once,
                     fmt::format("{:.0f} ({:.0f}-{:.0f})", measured.flows.median,
                                 measured.flows.least, measured.flows.most),
                     measured.flows.median * static_cast<double>(measured.activities),
                     measured.commits_a_second(), or_dash(measured.raw, "{:.0f}"),
                     or_dash(measured.ratio(), "{:.2f}"), measured.quantile_ms(percentiles[0]),
                     measured.quantile_ms(percentiles[1]), measured.quantile_ms(percentiles[2]),
                     measured.node_cpu, measured.store_cpu, measured.peak_bytes >> 20U);
}

std::string text_of_goals(const std::vector<row>& rows) {
  std::string made;
  for (const auto& each : told_goals(rows))
    made +=
        fmt::format("{:<7} on {:<14} {} {}, goal {} {}: {}\n", each.workload, each.store,
                    each.measured, each.unit, each.bound, each.wanted, each.met ? "met" : "missed");
  return made;
}

json to_json(const circumstances& where, const std::vector<row>& rows) {
  json made{{"version", where.version},
            {"machine", where.machine},
            {"disk", where.disk},
            {"at", where.at},
            {"repetitions", where.repetitions},
            {"seconds", where.seconds},
            {"load", where.load},
            {"rows", json::array()}};
  for (const auto& each : rows) {
    json row{{"store", each.store},
             {"flow", each.workload},
             {"at_once", each.at_once},
             {"flows_s", {each.flows.least, each.flows.median, each.flows.most}}};
    if (each.raw) row["raw_commits_s"] = *each.raw;
    if (const auto ratio = each.ratio()) row["ratio"] = *ratio;
    row["alone_ms"] = {{"p50", each.quantile_ms(percentiles[0])},
                       {"p99", each.quantile_ms(percentiles[1])},
                       {"p99.9", each.quantile_ms(percentiles[2])},
                       {"runs", each.alone.count()}};
    if (each.peer) {
      row["peer"] = true;
      made["rows"].push_back(std::move(row));
      continue;
    }
    row["activities"] = each.activities;
    row["commits"] = each.commits;
    row["commits_s"] = each.commits_a_second();
    row["cpu_s_per_1000_activities"] = {{"node", each.node_cpu}, {"store", each.store_cpu}};
    row["peak_bytes"] = each.peak_bytes;
    made["rows"].push_back(std::move(row));
  }
  for (const auto& each : told_goals(rows))
    made["goals"].push_back({{"store", each.store},
                             {"flow", each.workload},
                             {"figure", each.unit},
                             {"goal", each.goal},
                             {"measured", each.value},
                             {"met", each.met}});
  return made;
}

} // namespace quipu::bench
