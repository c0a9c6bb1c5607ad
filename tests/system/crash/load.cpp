/// What the crash test kills: a node that keeps a number of jobs open, and notes what was accepted
/// and what was called in files that are not the engine's. `load DATA FLOW NOTES PREFIX OPEN` runs
/// until it is killed; with OPEN 0 it starts nothing and exits when nothing is open.

#include <quipu/node.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr auto work_takes = 100ms;
constexpr std::size_t at_a_time = 8; ///< starts that wait for the disk together

/// Appends whole lines: what was written before a kill is there after it.
class notes {
public:
  explicit notes(const std::string& file)
      : file_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {}
  void add(const quipu::json& entry) const {
    const auto line = entry.dump() + '\n';
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  }

private:
  int file_;
};

quipu::reply work(const notes& to, const quipu::call& call) {
  to.add({{"call", call.idempotency_key()},
          {"job", call.job()},
          {"activity", call.activity()},
          {"dimension", call.dimension()},
          {"attempt", call.attempt()},
          {"input", call.data()}});
  std::this_thread::sleep_for(work_takes);
  const auto n = call.data().value("n", 0);
  const auto step = call.data().value("step", "");
  if (step == "first" && n % 10 == 3) return quipu::fail(402, "caught by an edge");
  if (step == "left" && n % 17 == 5) return quipu::fail(500, "caught by nobody");
  return quipu::ok({{"n", n + 1}});
}

/// A start that is refused ends the load: nothing in this test should refuse one.
void start(quipu::client& verbs, const notes& to, const std::string& id, int n) {
  const auto job = verbs.publish("crash.job", {{"n", n}}, {.id = id, .app = {}});
  if (job) return to.add({{"accepted", *job}});
  std::fprintf(stderr, "load: %s\n", job.error().message.c_str());
  std::_Exit(1);
}

int complain(const quipu::failure& why) {
  std::fprintf(stderr, "load: %s\n", why.message.c_str());
  return 1;
}

int run(const std::string& data, const std::string& flow, const std::string& file,
        const std::string& prefix, std::size_t open) {
  const notes to{file};
  quipu::node node{{.store = "lmdb:" + data}};
  node.serve("crash.work", [&](quipu::call& call) { return work(to, call); });
  if (const auto started = node.start(); !started) return complain(started.error());
  auto& verbs = node.client();
  const auto deployed = verbs.deploy(flow);
  if (!deployed) return complain(deployed.error());
  if (const auto active = verbs.activate(deployed->app, deployed->version); !active)
    return complain(active.error());

  for (std::atomic<int> next{0}; true; std::this_thread::sleep_for(20ms)) {
    const auto running = verbs.jobs({.topic = {}, .state = "running", .after = {}, .most = 1000});
    if (!running) return complain(running.error());
    if (open == 0 && running->rows.empty()) return 0;
    const auto there = running->rows.size();
    std::atomic<std::size_t> count{there};
    std::vector<std::jthread> starters;
    for (auto i = there; i < std::min(open, there + at_a_time); ++i)
      starters.emplace_back([&] {
        while (count++ < open) {
          const int n = next++;
          start(verbs, to, fmt::format("{}-{}", prefix, n), n);
        }
      });
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: load DATA FLOW NOTES PREFIX OPEN\n");
    return 2;
  }
  return run(argv[1], argv[2], argv[3], argv[4], std::stoul(argv[5]));
}
