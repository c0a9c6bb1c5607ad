#pragma once

#include "tests/bench/histogram.hpp"

#include <quipu/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::bench {

struct spread {
  double least = 0;
  double median = 0;
  double most = 0;
};

/// Of at least one value.
[[nodiscard]] spread spread_of(std::vector<double> values);

/// What was measured of one workload on one store.
struct row {
  std::string store; ///< of a peer: its name too
  std::string workload;
  std::size_t at_once = 0;    ///< runs under way, where flows a second were most
  spread flows;               ///< a second
  std::size_t activities = 0; ///< of one run
  std::size_t commits = 0;    ///< of one run
  std::optional<double> raw;  ///< commits a second of the bare client: the mean of before and after
  histogram alone;            ///< one run at a time
  bool peer = false;          ///< not quipu: of it only flows and times are known
  double node_cpu = 0;        ///< seconds a thousand activities
  double store_cpu = 0;
  std::size_t peak_bytes = 0; ///< of the node, the load included

  [[nodiscard]] double commits_a_second() const {
    return flows.median * static_cast<double>(commits);
  }
  [[nodiscard]] std::optional<double> ratio() const {
    if (!raw || *raw <= 0) return std::nullopt;
    return commits_a_second() / *raw;
  }
  [[nodiscard]] double quantile_ms(double part) const { return alone.quantile(part) / 1e6; }
};

/// What the row of a peer names as its store.
[[nodiscard]] std::string peer_row(std::string_view peer, std::string_view store);

/// Where and how was measured.
struct circumstances {
  std::string version;
  std::string machine;
  std::string disk;
  std::string at; ///< UTC
  std::size_t repetitions = 0;
  double seconds = 0; ///< of each
  double load = 0;    ///< processes that wanted a core in the minute before
};

/// What a figure should be: quipu's aim on a machine of two cores.
struct goal {
  std::string_view store;
  std::string_view workload;
  enum class figure { flows, ratio, p50_ms, over_peer } what;
  double value;               ///< at least, or at most for times
  std::string_view peer = {}; ///< for `over_peer`: flows a second over its
};
[[nodiscard]] const std::vector<goal>& goals();

/// A goal beside what was measured.
struct told_goal {
  std::string workload;
  std::string store;
  std::string unit;
  std::string_view bound; ///< "at least", "at most"
  std::string wanted;
  std::string measured;
  double goal = 0;
  double value = 0;
  bool met = false;
};
/// Those that something was measured for.
[[nodiscard]] std::vector<told_goal> told_goals(const std::vector<row>& rows);

// As text, line by line while it is measured.
[[nodiscard]] std::string text(const circumstances& where);
[[nodiscard]] std::string text_header();
[[nodiscard]] std::string text(const row& measured);
/// "seq5 on lmdb-sync: 4,313 flows/s, goal at least 4,000: met", a line each.
[[nodiscard]] std::string text_of_goals(const std::vector<row>& rows);

[[nodiscard]] json to_json(const circumstances& where, const std::vector<row>& rows);
/// Bars of flows a second, a group a workload.
[[nodiscard]] std::string svg(const circumstances& where, const std::vector<row>& rows);

} // namespace quipu::bench
