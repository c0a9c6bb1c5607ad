#include "tests/bench/workload.hpp"

#include "actors/local_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>

namespace quipu::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view payload =
    "a text that makes every message about one hundred bytes long, as in life..";

std::string worker(std::string_view id, std::string_view from, bool shares) {
  return fmt::format(
      "        {0}:\n          type: worker\n          topic: bench.add\n"
      "          input: {{maps: {{n: '{{{1}.output.data.n}}', text: "
      "'{{{1}.output.data.text}}'}}}}\n{2}",
      id, from,
      shares ? fmt::format("          job: {{maps: {{{}: '{{$self.output.data.n}}'}}}}\n", id)
             : "");
}

std::string app(std::string_view name, std::string_view activities, std::string_view transitions) {
  return fmt::format("app:\n  id: bench-{0}\n  version: '1'\n  graphs:\n    - subscribes: "
                     "bench.{0}\n      expire: 1\n"
                     "      activities:\n        t: {{type: trigger}}\n{1}      transitions:\n{2}",
                     name, activities, transitions);
}

std::string chain_of(std::string_view name, int length) {
  std::string activities;
  std::string transitions;
  std::string before = "t";
  for (int each = 1; each <= length; ++each) {
    const auto id = fmt::format("w{}", each);
    activities += worker(id, before, each == length);
    transitions += fmt::format("        {}: [{{to: {}}}]\n", before, id);
    before = id;
  }
  return app(name, activities, transitions);
}

std::string fan_of(std::string_view name, int width) {
  std::string activities;
  std::string targets;
  for (int each = 1; each <= width; ++each) {
    const auto id = fmt::format("w{}", each);
    activities += worker(id, "t", true);
    targets += fmt::format("{}{{to: {}}}", each == 1 ? "" : ", ", id);
  }
  return app(name, activities, fmt::format("        t: [{}]\n", targets));
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

[[noreturn]] void wrong(const std::string& what) {
  fmt::print(stderr, "bench: {}\n", what);
  std::_Exit(1);
}

} // namespace

const std::vector<workload>& workloads() {
  static const std::vector<workload> all{{"hello", chain_of("hello", 1), 2, 2},
                                         {"seq5", chain_of("seq5", 5), 6, 6},
                                         {"fan10", fan_of("fan10", 10), 11, 11}};
  return all;
}

json message(std::size_t number) { return {{"n", number % 1000}, {"text", payload}}; }

bool is_right(const workload& of, std::size_t number, const json& output) {
  std::size_t sum = 0;
  for (const auto& [name, value] : output.items()) sum += value.get<std::size_t>();
  const auto n = number % 1000;
  if (of.name == "fan10") return output.size() == 10 && sum == 10 * (n + 1);
  return output.size() == 1 && sum == n + of.commits - 1;
}

reply add_one(call& asked) {
  return ok(
      {{"n", asked.data().at("n").get<std::size_t>() + 1}, {"text", asked.data().at("text")}});
}

figures measure(node& on, const workload& what, std::size_t count, std::size_t concurrency) {
  auto& client = dynamic_cast<local_client&>(on.client());
  std::mutex guard;
  std::condition_variable wake;
  std::size_t running = 0;
  std::size_t ended = 0;
  figures made;
  made.latencies_ms.reserve(count);
  const auto cpu = cpu_seconds();
  const auto begun = clock::now();
  for (std::size_t number = 0; number < count; ++number) {
    {
      std::unique_lock lock{guard};
      wake.wait(lock, [&] { return running < concurrency; });
      ++running;
    }
    const auto asked = clock::now();
    client.publish(
        "bench." + what.name, message(number), {},
        [&what](const result<std::string>& answer) {
          if (!answer) wrong(fmt::format("{} was refused: {}", what.name, answer.error().message));
        },
        [&, number, asked](const std::string& job, const json& report) {
          if (report.at("state") != "completed" || !is_right(what, number, report.at("data")))
            wrong(fmt::format("{} gave a wrong result, job {}: {}", what.name, job, report.dump()));
          const std::chrono::duration<double, std::milli> took = clock::now() - asked;
          const std::scoped_lock lock{guard};
          made.latencies_ms.push_back(took.count());
          --running;
          ++ended;
          wake.notify_one();
        });
  }
  std::unique_lock lock{guard};
  wake.wait(lock, [&] { return ended == count; });
  const std::chrono::duration<double> took = clock::now() - begun;
  made.flows_a_second = static_cast<double>(count) / took.count();
  made.cpu_seconds = cpu_seconds() - cpu;
  std::sort(made.latencies_ms.begin(), made.latencies_ms.end());
  return made;
}

} // namespace quipu::bench
