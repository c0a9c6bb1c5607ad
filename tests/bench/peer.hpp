#pragma once

#include "tests/bench/report.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::bench {

/// An engine that others wrote, measured in the same run as quipu, on the same Redis, with the same
/// flows, each result checked. It is a program for Node.js, which `./dev bench --peer` installs.
struct peer {
  std::string_view name;
  std::string_view about;
  std::vector<std::string_view> workloads; ///< that it has
};

[[nodiscard]] const std::vector<peer>& peers();

/// `script` is told the port, the flow, seconds and repetitions, and prints a line of JSON. Ends the
/// process with a message when that fails.
[[nodiscard]] row measure_peer(const peer& what, const std::filesystem::path& script,
                               std::uint16_t port, std::string_view store,
                               std::string_view workload, double seconds, std::size_t repetitions);

} // namespace quipu::bench
