#include "tests/sim/hunt.hpp"
#include "tests/sim/plant.hpp"
#include "tests/sim/plants.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>

/// The simulation, by hand: ./dev soak sim [--seeds N] [--from S], or one seed again, with the
/// strikes that were found to be enough.

namespace {

using namespace quipu::sim;

void report(const finding& what, const std::string& plant) {
  fmt::print("seed {}: {}\n", what.seed, what.wrong);
  fmt::print("  {} of {} troubles are enough: {}\n", what.strikes.size(), what.strikes_before,
             to_text(what.strikes));
  fmt::print("  again: ./dev soak sim --seed {} --strikes {}{}{}\n", what.seed,
             to_text(what.strikes), plant.empty() ? "" : " --plant ", plant);
}

bool is_planted(std::string_view name) {
  const auto all = plants();
  return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
}

/// Every planted fault has to be found; a line for each.
int find_plants(std::uint64_t from, std::uint64_t seeds) {
  bool all = !plants().empty();
  for (const auto& each : plants()) {
    planted_fault() = each.name;
    const auto got = hunt(from, seeds);
    all = all && got.found;
    if (!got.found) {
      fmt::print("{}: NOT FOUND in {} seeds\n", each.name, seeds);
      continue;
    }
    const auto least = shrunk(*got.found);
    fmt::print("{}: seed {}, {} of {} troubles: {}\n  {}\n", each.name, least.seed,
               least.strikes.size(), least.strikes_before, to_text(least.strikes), least.wrong);
  }
  return all ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Lives worlds, each with a story and troubles of its own, and checks everything in them."};
  std::uint64_t seeds = 1'000;
  std::uint64_t from = 1;
  std::uint64_t seed = 0;
  std::uint64_t alike = 0;
  std::string listed;
  std::string plant;
  bool tells = false;
  bool find = false;
  app.add_option("--seeds", seeds, "how many worlds");
  app.add_option("--from", from, "the first seed");
  app.add_option("--alike", alike, "so many of them are lived twice and compared");
  app.add_option("--seed", seed, "this one only");
  app.add_option("--strikes", listed, "with these troubles only: crash:3,twice:17, or none");
  app.add_flag("--tell", tells, "everything that happens");
  app.add_option("--plant", plant, "with a planted fault, where it was built with them");
  app.add_flag("--plants", find, "find every planted fault, where it was built with them");
  CLI11_PARSE(app, argc, argv);
  if ((find && plants().empty()) || (!plant.empty() && !is_planted(plant))) {
    std::cerr << "--plant: no such fault is built in here; quipu_sim_planted has them\n";
    return 2;
  }
  if (find) return find_plants(from, seeds);
  planted_fault() = plant;

  if (seed != 0) {
    world::settings with{seed, {}, tells};
    if (!listed.empty()) {
      with.only = to_strikes(listed);
      if (!with.only) {
        std::cerr << "--strikes: \"" << listed << "\" is no list like crash:3,twice:17\n";
        return 2;
      }
    }
    const auto end = world{with}.live();
    if (!end.wrong) {
      fmt::print("seed {}: nothing is wrong; {} jobs, {} records, {} troubles: {}\n", seed,
                 end.jobs, end.records, end.strikes.size(), to_text(end.strikes));
      return 0;
    }
    const finding found{seed, *end.wrong, end.strikes, end.strikes.size()};
    report(listed.empty() ? shrunk(found) : found, plant);
    return 1;
  }

  const auto begun = std::chrono::steady_clock::now();
  auto said = begun;
  const auto all = hunt(from, seeds, [&](const hunt_report& so_far) {
    const auto now = std::chrono::steady_clock::now();
    if (now - said < std::chrono::seconds{10}) return;
    said = now;
    fmt::print(stderr, "seed {}: {} of {} worlds\n", from + so_far.worlds, so_far.worlds, seeds);
  });
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  fmt::print("{} worlds, {} jobs, {} records, {} troubles, {:.1f} s\n", all.worlds, all.jobs,
             all.records, all.strikes, static_cast<double>(took.count()) / 1000);
  if (all.found) {
    report(shrunk(*all.found), plant);
    return 1;
  }
  for (auto at = from; at < from + alike; ++at)
    if (!lives_alike(at)) {
      fmt::print("seed {}: its two lives differ\n", at);
      return 1;
    }
  if (alike > 0) fmt::print("{} of them lived twice, alike\n", alike);
  return 0;
}
