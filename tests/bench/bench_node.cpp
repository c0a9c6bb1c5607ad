#include "tests/bench/bench_node.hpp"

#include "tests/bench/load.hpp"

#include <fstream>
#include <thread>

namespace quipu::bench {

std::unique_ptr<node> start_node(const node_options& with) {
  auto made = std::make_unique<node>(with);
  made->serve("bench.add", add_one).concurrency(std::max(1U, std::thread::hardware_concurrency()));
  if (auto started = made->start(); !started) give_up(started.error().message);
  return made;
}

void deploy(node& on, const workload& what, const std::filesystem::path& scratch) {
  const auto file = scratch / (what.name + ".yaml");
  std::ofstream{file} << what.definition;
  const auto deployed = on.client().deploy(file.string());
  if (!deployed) give_up(deployed.error().message);
  if (auto active = on.client().activate(deployed->app, deployed->version); !active)
    give_up(active.error().message);
}

} // namespace quipu::bench
