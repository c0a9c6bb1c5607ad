#pragma once

#include <quipu/json.hpp>
#include <quipu/node.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace quipu::bench {

/// A flow whose every activity takes and gives about 100 bytes of JSON, and what must come out of it.
struct workload {
  std::string name;
  std::string definition; ///< the app, YAML
  std::size_t commits;    ///< that one run of the flow should need
  std::size_t activities; ///< that one run of the flow has
};

[[nodiscard]] const std::vector<workload>& workloads();

/// The start message of run `number`.
[[nodiscard]] json message(std::size_t number);
/// Whether the output of run `number` is right: a wrong sum fails the bench.
[[nodiscard]] bool is_right(const workload& of, std::size_t number, const json& output);
/// The worker that all of them call: adds one to `n`.
[[nodiscard]] reply add_one(call& asked);

/// One measurement: how many runs of the flow a second, and how long each took.
struct figures {
  double flows_a_second = 0;
  double cpu_seconds = 0;           ///< of the whole process
  std::vector<double> latencies_ms; ///< sorted
};

/// Runs the flow `count` times with `concurrency` runs under way at any time. Ends the process with a message when a
/// run fails or gives a wrong result.
[[nodiscard]] figures measure(node& on, const workload& what, std::size_t count,
                              std::size_t concurrency);

/// Commits a second that LMDB takes from a bare writer: for each commit a row of 600 bytes rewritten and a record of 300
/// bytes appended, `batch` commits a transaction, each transaction with its sync.
[[nodiscard]] double raw_lmdb(const std::string& directory, std::size_t batch, double seconds);

} // namespace quipu::bench
