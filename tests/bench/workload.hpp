#pragma once

#include <quipu/json.hpp>
#include <quipu/reply.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {
class call;
}

namespace quipu::bench {

/// A flow whose every activity takes and gives about 100 bytes of JSON, and what must come out of it.
struct workload {
  std::string name;
  std::string definition; ///< the app, YAML
  std::size_t commits;    ///< that one run of the flow should need
  std::size_t activities; ///< that one run of the flow has
  std::size_t added;      ///< what the flow adds to the `n` that it is given
  std::size_t outputs;    ///< so many values are written, each `n + added`
  std::string signal;     ///< the topic of the signal that each run waits for; empty: it does not
};

[[nodiscard]] const std::vector<workload>& workloads();
/// The app of its flows: others may be active beside it.
[[nodiscard]] std::string app_of(const workload& of);

/// A row of `activities` workers behind each other: for how the size of a plan counts.
[[nodiscard]] workload chain_of(std::string_view name, std::size_t workers);
/// `depth` flows, each awaiting the next; the innermost calls a worker.
[[nodiscard]] workload nest_of(std::string_view name, std::size_t depth);

/// The start message of run `number`.
[[nodiscard]] json message(std::size_t number);
/// Whether the output of run `number` is right: a wrong sum fails the bench.
[[nodiscard]] bool is_right(const workload& of, std::size_t number, const json& output);
/// The worker that all of them call: adds one to `n`.
[[nodiscard]] reply add_one(call& asked);

} // namespace quipu::bench
