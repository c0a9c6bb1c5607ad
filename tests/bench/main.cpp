#include "tests/bench/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <sys/utsname.h>
#include <thread>

/// `./dev bench [WORKLOAD...] [--quick]`: what quipu does a second, beside what the raw store does in the same run on the
/// same disk.
namespace {

using namespace quipu;
using namespace quipu::bench;

struct store_kind {
  std::string_view name;
  std::string_view scheme;
  node_options::durability durable;
  std::size_t
      raw_batch; ///< commits a transaction of the bare client: as many as run at once, or as 20 ms bring; 0: no raw store
};

constexpr std::array stores{
    store_kind{"memory", "memory:", node_options::durability::sync, 0},
    store_kind{"lmdb relaxed", "lmdb:", node_options::durability::relaxed, 1000},
    store_kind{"lmdb sync", "lmdb:", node_options::durability::sync, 64},
};

constexpr std::size_t repetitions = 3;
constexpr std::size_t best_concurrency = 256;

double quantile(const std::vector<double>& sorted, double q) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(q * static_cast<double>(sorted.size())))];
}

struct spread {
  double least = 0;
  double median = 0;
  double most = 0;
};

spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

std::string machine() {
  utsname system{};
  uname(&system);
  std::string model = "unknown processor";
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  return fmt::format("{}, {} cores, {} {}", model, std::thread::hardware_concurrency(),
                     system.sysname, system.release);
}

void run(const store_kind& store, const std::vector<std::string>& only, double scale,
         const std::filesystem::path& scratch) {
  const auto directory =
      scratch / fmt::format("{}", store.scheme == "memory:" ? "memory" : store.name);
  const auto raw = [&] {
    return store.raw_batch == 0
               ? 0.0
               : raw_lmdb((scratch / "raw").string(), store.raw_batch, 1.0 * scale);
  };
  for (const auto& each : workloads()) {
    if (!only.empty() && std::find(only.begin(), only.end(), each.name) == only.end()) continue;
    std::filesystem::remove_all(directory);
    node_options options;
    options.store =
        store.scheme == "memory:" ? "memory:" : fmt::format("lmdb:{}", directory.string());
    options.durable = store.durable;
    options.listen = false;
    node on{options};
    on.serve("bench.add", add_one).concurrency(std::max(1U, std::thread::hardware_concurrency()));
    const auto file = scratch / (each.name + ".yaml");
    std::ofstream{file} << each.definition;
    const auto must = [](const auto& answer) {
      if (!answer) {
        fmt::print(stderr, "bench: {}\n", answer.error().message);
        std::exit(1);
      }
    };
    must(on.start());
    auto deployed = on.client().deploy(file.string());
    must(deployed);
    must(on.client().activate(deployed->app, deployed->version));

    const auto raw_before = raw();
    const auto one_count = static_cast<std::size_t>(300 * scale);
    const auto alone = measure(on, each, one_count, 1);
    const auto count = static_cast<std::size_t>((each.name == "hello" ? 20'000 : 6'000) * scale);
    std::vector<double> rates;
    double cpu = 0;
    for (std::size_t repetition = 0; repetition < repetitions; ++repetition) {
      const auto got = measure(on, each, count, best_concurrency);
      rates.push_back(got.flows_a_second);
      cpu += got.cpu_seconds * 1000 / static_cast<double>(count * each.activities) / repetitions;
    }
    const auto raw_after = raw();
    const auto rate = spread_of(rates);
    const auto commits = rate.median * static_cast<double>(each.commits);
    const auto raw_rate = (raw_before + raw_after) / 2;
    fmt::print("{:<13} {:<6} {:>8.0f} ({:.0f}-{:.0f}) {:>9.0f} {:>9} {:>6} {:>8.3f} {:>8.3f} "
               "{:>8.3f} {:>8.3f}\n",
               store.name, each.name, rate.median, rate.least, rate.most, commits,
               raw_rate > 0 ? fmt::format("{:.0f}", raw_rate) : "-",
               raw_rate > 0 ? fmt::format("{:.2f}", commits / raw_rate) : "-",
               quantile(alone.latencies_ms, 0.5), quantile(alone.latencies_ms, 0.99),
               quantile(alone.latencies_ms, 0.999), cpu);
    std::fflush(stdout);
    on.stop();
  }
}

} // namespace

int main(int argc, char** argv) {
  std::vector<std::string> only;
  double scale = 1;
  for (int each = 1; each < argc; ++each) {
    const std::string_view word{argv[each]};
    if (word == "--quick") {
      scale = 0.1;
    } else if (std::any_of(workloads().begin(), workloads().end(),
                           [&](const auto& known) { return known.name == word; })) {
      only.emplace_back(word);
    } else {
      fmt::print(stderr, "usage: quipu_bench [hello] [seq5] [fan10] [--quick]\n\nWithout names, "
                         "all of them. Example: ./dev bench seq5\n");
      return word == "--help" ? 0 : 2;
    }
  }
  const auto scratch = std::filesystem::current_path() / "bench-data";
  std::filesystem::remove_all(scratch);
  std::filesystem::create_directories(scratch);
  fmt::print("{}\n{} runs at once; medians of {} (least-most); p50, p99, p99.9 in ms of one run at "
             "a time; CPU ms an activity\n\n",
             machine(), best_concurrency, repetitions);
  fmt::print("{:<13} {:<6} {:>22} {:>9} {:>9} {:>6} {:>8} {:>8} {:>8} {:>8}\n", "store", "flow",
             "flows/s", "commits/s", "raw/s", "ratio", "p50", "p99", "p99.9", "cpu");
  for (const auto& store : stores) run(store, only, scale, scratch);
  std::filesystem::remove_all(scratch);
}
