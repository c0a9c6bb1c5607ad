#include "tests/bench/peer.hpp"

#include "tests/bench/load.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

namespace quipu::bench {

const std::vector<peer>& peers() {
  static const std::vector<peer> all{{"bullmq",
                                      "a queue on Redis with flows of parents and children",
                                      {"hello", "seq5", "fan10"}}};
  return all;
}

row measure_peer(const peer& what, const std::filesystem::path& script, std::uint16_t port,
                 std::string_view store, std::string_view workload, double seconds,
                 std::size_t repetitions) {
  const auto command =
      fmt::format("node '{}' {} {} {} {}", script.string(), port, workload, seconds, repetitions);
  std::string said;
  {
    const std::unique_ptr<FILE, int (*)(FILE*)> from{popen(command.c_str(), "r"), pclose};
    if (!from) give_up("Node.js cannot be run: " + command);
    std::array<char, 4096> part{};
    while (const auto got = std::fread(part.data(), 1, part.size(), from.get()))
      said.append(part.data(), got);
  }
  const auto told = json::parse(said, nullptr, false);
  if (!told.is_object())
    give_up(
        fmt::format("{} has told nothing of {}; it was run as: {}", what.name, workload, command));
  row made;
  made.store = peer_row(what.name, store);
  made.workload = workload;
  made.peer = true;
  made.at_once = told.at("at_once").get<std::size_t>();
  const auto rates = told.at("flows_s").get<std::vector<double>>();
  made.flows = {rates.at(0), rates.at(1), rates.at(2)};
  for (const auto& ms : told.at("alone_ms"))
    made.alone.add(static_cast<std::uint64_t>(ms.get<double>() * 1e6));
  return made;
}

} // namespace quipu::bench
