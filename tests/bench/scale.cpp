#include "tests/bench/bench_node.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/store.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <unistd.h>

/// `./dev bench scale`: what more of something costs - jobs that wait, activities in a plan, flows
/// that await flows, nodes on one server - beside what it may cost.
namespace {

using namespace quipu;
using namespace quipu::bench;
using clock = std::chrono::steady_clock;

constexpr std::size_t at_once = 128;

struct terms {
  std::string store = "lmdb-relaxed";
  std::size_t waiting = 1'000'000;
  double seconds = 3;
  std::string scratch = "build/scratch"; ///< its disk is what is measured
};

void tell(std::string_view what, const std::string& measured, std::string_view goal, bool met) {
  fmt::print("{:<58} {:>22}   {:<26} {}\n", what, measured, goal, met ? "met" : "missed");
  std::fflush(stdout);
}

/// Flows a second, the best of three: what disturbs makes slower, never faster.
double rate(node& on, const workload& what, const terms& with) {
  double best = 0;
  for (int each = 0; each < 3; ++each)
    best = std::max(best, many(on, what, at_once, seconds{with.seconds / 3}).flows_a_second());
  return best;
}

std::size_t more(std::size_t before, std::size_t after) {
  return after > before ? after - before : 0;
}

void waiting_jobs(store& in, const terms& with, const std::filesystem::path& scratch) {
  const auto waits = workloads().back();
  const auto seq5 = chain_of("seq5", 5);
  const auto options = in.fresh();
  auto on = start_node(options);
  deploy(*on, waits, scratch);
  deploy(*on, seq5, scratch);
  (void)rate(*on, seq5, with); // warm
  const auto alone = rate(*on, seq5, with);
  std::size_t there = 0;
  // Of the jobs that wait alone: those of seq5 stay for an hour, too.
  std::size_t in_node = 0;
  std::size_t in_store = 0;
  for (std::size_t wanted = 1'000; wanted <= with.waiting; wanted *= 10) {
    const auto memory_before = memory();
    const auto bytes_before = in.bytes();
    leave_waiting(*on, waits, there, wanted - there);
    in.rest();
    there = wanted;
    in_node += more(memory_before, memory());
    in_store += more(bytes_before, in.bytes());
    const auto per_job = [&](std::size_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(wanted);
    };
    tell(fmt::format("{} jobs wait: bytes of one in the node", wanted),
         fmt::format("{:.0f}", per_job(in_node)), "none: within 5 MB in all", in_node <= 5'000'000);
    tell(fmt::format("{} jobs wait: bytes of one in the store", wanted),
         fmt::format("{:.0f}", per_job(in_store)), "1 KiB beyond its own data",
         per_job(in_store) <= 1024 + 400);
    const auto now = rate(*on, seq5, with);
    tell(fmt::format("{} jobs wait: flows/s of seq5, over none", wanted),
         fmt::format("{:.0f} / {:.0f} = {:.2f}", now, alone, now / alone), "at least 0.9",
         now / alone >= 0.9);
  }
  on->stop();
  on.reset();
  const auto begun = clock::now();
  on = start_node(options);
  if (auto ended = on->client().run("bench.seq5", message(1), {.app = app_of(seq5)}); !ended)
    give_up(ended.error().message);
  const seconds took = clock::now() - begun;
  tell(fmt::format("{} jobs wait: start of a node to its first result", there),
       fmt::format("{:.3f} s", took.count()), "at most 1 s", took.count() <= 1);
  // The last that was left waiting is answered: they are all still there.
  if (auto said = on->client().signal(waits.signal, message(there - 1), {.app = app_of(waits)});
      !said || *said != reception::answered)
    give_up("a job that waited was not there after the restart");
  on->stop();
}

/// Microseconds of CPU that an activity takes.
double cost(store& in, const workload& what, const terms& with,
            const std::filesystem::path& scratch) {
  const auto on = start_node(in.fresh());
  deploy(*on, what, scratch);
  (void)many(*on, what, 8, seconds{with.seconds / 4});
  const auto cpu = cpu_seconds(getpid());
  const auto got = many(*on, what, 8, seconds{with.seconds});
  const auto spent = cpu_seconds(getpid()) - cpu;
  on->stop();
  return spent * 1e6 / static_cast<double>(got.flows * what.activities);
}

template <class Make>
void growing(std::string_view what, const std::array<std::size_t, 3>& sizes, Make make, store& in,
             const terms& with, const std::filesystem::path& scratch) {
  double first = 0;
  for (const auto size : sizes) {
    const auto one = cost(in, make("grow", size), with, scratch);
    if (first == 0) first = one;
    tell(fmt::format("{} {}: CPU an activity, over {}", what, size, sizes.front()),
         fmt::format("{:.0f} us, {:.2f}", one, one / first), "at most 1.1", one / first <= 1.1);
  }
}

/// Until it has heard of what another node has deployed.
void wait_for_flow(node& on, const workload& what) {
  const auto asked = [&] {
    return on.client().run("bench." + what.name, message(1), {.id = {}, .app = app_of(what)});
  };
  for (auto ended = asked(); !ended; ended = asked()) {
    if (ended.error().code != fault::not_found) give_up(ended.error().message);
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

/// What nodes that share a server do together, each with its part of the load.
void several_nodes(store& in, const terms& with, const std::filesystem::path& scratch) {
  const auto seq5 = chain_of("seq5", 5);
  double one = 0;
  for (const std::size_t count : {1, 2, 4}) {
    const auto options = in.fresh();
    std::vector<std::unique_ptr<node>> all(count);
    for (auto& each : all) each = start_node(options);
    deploy(*all.front(), seq5, scratch);
    for (auto& each : all) wait_for_flow(*each, seq5);
    std::vector<double> rates(count);
    std::vector<std::thread> loads;
    for (std::size_t at = 0; at < count; ++at)
      loads.emplace_back([&, at] {
        rates[at] = many(*all[at], seq5, at_once / count, seconds{with.seconds}).flows_a_second();
      });
    for (auto& each : loads) each.join();
    const auto together = std::accumulate(rates.begin(), rates.end(), 0.0);
    if (count == 1) one = together;
    tell(fmt::format("{} engine nodes on one server: flows/s of seq5, over one", count),
         fmt::format("{:.0f}, {:.2f}", together, together / one), "said, no goal", true);
  }
}

} // namespace

int main(int argc, char** argv) {
  terms with;
  CLI::App flags{"What more of something costs: jobs that wait, activities in a plan, awaits in "
                 "awaits, and on Redis nodes beside each other."};
  std::vector<std::string> names;
  for (const auto& each : stores()) names.emplace_back(each.name);
  flags.add_option("--store", with.store, "on which store")
      ->capture_default_str()
      ->check(CLI::IsMember(names));
  flags.add_option("--waiting", with.waiting, "most jobs that wait")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 10'000'000));
  flags.add_option("--seconds", with.seconds, "of each measurement")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 600.0));
  flags.add_option("--scratch", with.scratch, "a directory on the disk to be measured")
      ->capture_default_str();
  CLI11_PARSE(flags, argc, argv);

  const auto scratch = std::filesystem::path{with.scratch} / fmt::format("scale-{}", getpid());
  std::filesystem::create_directories(scratch);
  const auto kind = std::find_if(stores().begin(), stores().end(),
                                 [&](const auto& each) { return each.name == with.store; });
  fmt::print("{}\nstore {}\n\n", machine(), with.store);
  {
    const auto in = kind->open(scratch);
    growing("a plan of", {10, 100, 1000}, chain_of, *in, with, scratch);
    growing("awaits nested", {1, 10, 50}, nest_of, *in, with, scratch);
    if (in->redis_port() != 0) several_nodes(*in, with, scratch);
    waiting_jobs(*in, with, scratch);
  }
  std::filesystem::remove_all(scratch);
}
