/// What the crash test kills: a node that keeps a number of jobs open, and notes what was accepted
/// and what was called in files that are not the engine's. `load DATA FLOW NOTES PREFIX OPEN` runs
/// until it is killed; with OPEN 0 it starts nothing and exits when nothing is open.

#include <quipu/node.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

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
  std::this_thread::sleep_for(80ms);
  const auto n = call.data().value("n", 0);
  const auto step = call.data().value("step", "");
  if (step == "first" && n % 10 == 3) return quipu::fail(402, "caught by an edge");
  if (step == "left" && n % 17 == 5) return quipu::fail(500, "caught by nobody");
  return quipu::ok({{"n", n + 1}});
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

  for (int next = 0;;) {
    const auto running = verbs.jobs({.topic = {}, .state = "running", .after = {}, .most = 1000});
    if (!running) return complain(running.error());
    if (open == 0 && running->rows.empty()) return 0;
    for (auto count = running->rows.size(); count < open; ++count, ++next) {
      const auto job = verbs.publish("crash.job", {{"n", next}},
                                     {.id = fmt::format("{}-{}", prefix, next), .app = {}});
      if (!job) return complain(job.error());
      to.add({{"accepted", *job}});
    }
    std::this_thread::sleep_for(20ms);
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
