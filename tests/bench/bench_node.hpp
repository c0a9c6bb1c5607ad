#pragma once

#include "tests/bench/workload.hpp"

#include <quipu/node.hpp>

#include <filesystem>
#include <memory>

namespace quipu::bench {

/// A running node that serves the workloads' worker, on as many threads as there are cores: the
/// worker only computes.
[[nodiscard]] std::unique_ptr<node> start_node(const node_options& with);
/// Deploys a workload and makes it active. `scratch` is for its file.
void deploy(node& on, const workload& what, const std::filesystem::path& scratch);

} // namespace quipu::bench
