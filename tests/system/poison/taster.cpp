/// A node whose worker dies of one input, with its process. It starts jobs, each under the same id
/// whenever it begins, and ends when none runs.
///
///     quipu_taster JOBS LOG FLAGS...     each call is appended to LOG: job, attempt, key
///
/// The job "poison" is poisonous, unless QUIPU_ANTIDOTE is set.

#include <quipu/node.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("quipu_taster JOBS LOG FLAGS...\n", stderr), 2;
  const int jobs = std::atoi(argv[1]);
  std::FILE* log = std::fopen(argv[2], "a");
  if (log == nullptr) return 2;
  std::setvbuf(log, nullptr, _IOLBF, 0);
  const bool antidote = std::getenv("QUIPU_ANTIDOTE") != nullptr;
  argv[2] = argv[0];
  quipu::node node{argc - 2, argv + 2};
  node.serve("smell", [](quipu::call&) { return quipu::json::object(); });
  node.serve("taste",
             [&](quipu::call& call) -> quipu::reply {
               std::fprintf(log, "%s %u %s\n", call.job().c_str(), call.attempt(),
                            call.idempotency_key().c_str());
               if (call.data().value("poison", false) && !antidote) std::_Exit(9);
               std::this_thread::sleep_for(std::chrono::milliseconds{20});
               return quipu::ok({{"taste", "sweet"}});
             })
      .concurrency(4);
  if (const auto started = node.start(); !started)
    return std::fputs(started.error().message.c_str(), stderr), 3;
  auto& client = node.client();
  if (const auto version = client.deploy(QUIPU_POISON_FLOW); version)
    (void)client.activate(version->app, version->version).ok();
  for (int at = 0; at < jobs; ++at) {
    const bool poison = at == jobs / 2;
    (void)client
        .publish("taste.wanted", {{"poison", poison}},
                 {.id = poison ? std::string{"poison"} : fmt::format("job-{}", at)})
        .ok(); // 409: an earlier life has started it
  }
  for (;;) {
    const auto running = client.jobs({.state = "running", .most = 1});
    if (running && running->rows.empty()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  node.stop();
  return 0;
}
