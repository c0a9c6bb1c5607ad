#include "tests/bench/bench_node.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/page.hpp"
#include "tests/bench/peer.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/store.hpp"
#include "tests/bench/workload.hpp"

#include <quipu/version.hpp>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <string_view>

#include <unistd.h>

/// `./dev bench`: what quipu does a second, beside what the raw store does in the same run on the
/// same disk.
namespace {

using namespace quipu;
using namespace quipu::bench;

/// Among these is the number of runs at once that gives the most; more only wait longer.
constexpr std::array<std::size_t, 4> tried_at_once{32, 128, 512, 2048};

struct plan_of_run {
  std::vector<std::string> workloads;
  std::vector<std::string> stores;
  std::size_t at_once = 0; ///< 0: the best
  std::size_t repetitions = 3;
  double seconds = 2;
  std::string scratch = "build/scratch"; ///< its disk is what is measured
  std::string json_file;
  std::string svg_file;
  std::string page_file;
  std::vector<std::string> peers;
  std::string peer_directory = "build/peer"; ///< NAME/NAME.mjs is there
};

bool wanted(const std::vector<std::string>& only, std::string_view name) {
  return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
}

/// Told while it is measured, and gone when there is something to show.
void progress(const std::string& what) {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K{}", what);
}

std::size_t best_at_once(node& on, const workload& what, seconds each) {
  std::size_t best = 0;
  double most = 0;
  for (const auto at_once : tried_at_once) {
    const auto rate = many(on, what, at_once, each).flows_a_second();
    // Hardly more flows are not worth that each takes longer.
    if (rate > most * 1.03) {
      most = rate;
      best = at_once;
    }
  }
  return best;
}

row measure(std::string_view store_name, store& on_store, const workload& what,
            const plan_of_run& plan, const std::filesystem::path& scratch) {
  const auto running = start_node(on_store.fresh());
  auto& on = *running;
  deploy(on, what, scratch);

  row made;
  made.store = store_name;
  made.workload = what.name;
  made.activities = what.activities;
  made.commits = what.commits;
  on_store.rest(); // each measurement begins with a store that has nothing left to do
  made.alone = alone(on, what, seconds{plan.seconds / 2}).took;
  made.at_once =
      plan.at_once > 0 ? plan.at_once : best_at_once(on, what, seconds{plan.seconds / 4});

  on_store.rest();
  const auto raw_before = on_store.raw(made.at_once, seconds{plan.seconds / 2});
  on_store.rest();
  reset_peak();
  std::vector<double> rates;
  double flows = 0;
  const auto cpu = cpu_seconds(getpid());
  const auto store_cpu = on_store.cpu();
  for (std::size_t each = 0; each < plan.repetitions; ++each) {
    const auto got = many(on, what, made.at_once, seconds{plan.seconds});
    rates.push_back(got.flows_a_second());
    flows += static_cast<double>(got.flows);
  }
  const auto thousands = flows * static_cast<double>(what.activities) / 1000;
  made.store_cpu = (on_store.cpu() - store_cpu) / thousands;
  made.node_cpu = (cpu_seconds(getpid()) - cpu) / thousands;
  if (on_store.is_inside()) made.node_cpu -= made.store_cpu;
  made.peak_bytes = peak_memory();
  on.stop();
  on_store.rest();
  const auto raw_after = on_store.raw(made.at_once, seconds{plan.seconds / 2});
  if (raw_before && raw_after) made.raw = (*raw_before + *raw_after) / 2;
  made.flows = spread_of(std::move(rates));
  return made;
}

template <class Range>
std::vector<std::string> names(const Range& of) {
  std::vector<std::string> made;
  for (const auto& each : of) made.emplace_back(each.name);
  return made;
}

void measure_peers(const plan_of_run& plan, const store& on, std::string_view on_name,
                   std::vector<row>& rows) {
  for (const auto& each : peers()) {
    if (std::find(plan.peers.begin(), plan.peers.end(), each.name) == plan.peers.end()) continue;
    const auto script =
        std::filesystem::path{plan.peer_directory} / each.name / fmt::format("{}.mjs", each.name);
    for (const auto workload : each.workloads) {
      if (!wanted(plan.workloads, workload)) continue;
      progress(fmt::format("{} on {} ...", workload, each.name));
      on.rest();
      rows.push_back(measure_peer(each, script, on.redis_port(), on_name, workload, plan.seconds,
                                  plan.repetitions));
      progress("");
      fmt::print("{}\n", text(rows.back()));
      std::fflush(stdout);
    }
  }
}

std::string whole(const std::string& file) {
  std::ifstream from{file};
  if (!from) give_up("there is no file " + file);
  return {std::istreambuf_iterator<char>{from}, {}};
}

int run(const plan_of_run& plan) {
  const auto scratch = std::filesystem::path{plan.scratch} / fmt::format("bench-{}", getpid());
  std::filesystem::create_directories(scratch);
  circumstances where{std::string{version()},
                      machine(),
                      disk(scratch.string()),
                      fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr))),
                      plan.repetitions,
                      plan.seconds,
                      load()};
  if (!plan.page_file.empty())
    if (auto fits = with_part(whole(plan.page_file), {}); !fits)
      give_up(fmt::format("{}: {}", plan.page_file, fits.error().message));
  fmt::print("{}\n{}\n", text(where), text_header());
  std::vector<row> rows;
  for (const auto& kind : stores()) {
    if (!wanted(plan.stores, kind.name)) continue;
    const auto on_store = kind.open(scratch);
    for (const auto& what : workloads()) {
      if (!wanted(plan.workloads, what.name)) continue;
      progress(fmt::format("{} on {} ...", what.name, kind.name));
      rows.push_back(measure(kind.name, *on_store, what, plan, scratch));
      progress("");
      fmt::print("{}\n", text(rows.back()));
      std::fflush(stdout);
    }
    if (on_store->redis_port() != 0) measure_peers(plan, *on_store, kind.name, rows);
  }
  if (const auto goals = text_of_goals(rows); !goals.empty()) fmt::print("\n{}", goals);
  if (!plan.json_file.empty())
    std::ofstream{plan.json_file} << to_json(where, rows).dump(1) << "\n";
  if (!plan.svg_file.empty()) std::ofstream{plan.svg_file} << svg(where, rows);
  if (!plan.page_file.empty()) {
    const auto made = with_part(whole(plan.page_file), markdown(where, rows));
    std::ofstream{plan.page_file} << *made;
  }
  std::filesystem::remove_all(scratch);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  plan_of_run plan;
  bool quick = false;
  CLI::App flags{
      "What quipu does a second, beside what a bare client does on the same store in the "
      "same run.\nEvery result is checked; a wrong one ends the bench."};
  flags.add_option("flow", plan.workloads, "which flows (default: all)")
      ->check(CLI::IsMember(names(workloads())));
  flags.add_option("--store", plan.stores, "on which stores (default: all)")
      ->check(CLI::IsMember(names(stores())));
  flags
      .add_option("--at-once", plan.at_once, "runs under way at a time (default: what gives most)")
      ->check(CLI::Range(1, 100'000));
  flags.add_option("--repetitions", plan.repetitions, "of each measurement")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  flags.add_option("--seconds", plan.seconds, "of each repetition")
      ->capture_default_str()
      ->check(CLI::Range(0.05, 600.0));
  flags.add_option("--scratch", plan.scratch, "a directory on the disk to be measured")
      ->capture_default_str();
  flags.add_flag("--quick", quick, "one repetition of 0.2 s: whether it works, not how fast");
  flags.add_option("--json", plan.json_file, "write the figures to this file as JSON");
  flags.add_option("--svg", plan.svg_file, "write a picture of them to this file");
  flags.add_option("--page", plan.page_file,
                   "write them into this page, between its two lines that say bench");
  flags
      .add_option("--peer", plan.peers,
                  "measure this engine too, on the same Redis (./dev bench installs it)")
      ->check(CLI::IsMember(names(peers())));
  flags.add_option("--peer-directory", plan.peer_directory, "where it is installed")
      ->capture_default_str();
  CLI11_PARSE(flags, argc, argv);
  if (quick) {
    plan.repetitions = 1;
    plan.seconds = 0.2;
  }
  return run(plan);
}
