/// What a node's memory and its store come to when jobs are many and long: 100,000 waits, a million
/// timers, a job of a million passes, ten thousand children of one job, a million starts that queue.
///
///     quipu_soak_growth [--scale 0.01] [--only NAME] [--data DIR]
///
/// Prints what it measured. What must hold is checked: numbers of jobs, records and rows always;
/// the memory of the process only where no sanitizer has its own.

#include "actors/stage.hpp"
#include "flows/definition.hpp"
#include "flows/read.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"

#include <quipu/node.hpp>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <malloc.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace quipu;
using seconds = std::chrono::duration<double>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) // as g++ says it
constexpr bool sanitized = true;
#elif defined(__has_feature) // as clang says it
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

constexpr auto app = R"(app:
  id: growth
  version: '1'
  graphs:
    - subscribes: wait
      activities: {t: {type: trigger}, h: {type: hook, job: {maps: {by: '{$self.hook.data.by}'}}}}
      transitions: {t: [{to: h}]}
      hooks: {go: [{to: h, conditions: {match: [{expected: '{t.output.data.k}', actual: '{$self.hook.data.k}'}]}}]}
    - subscribes: sleep
      activities: {st: {type: trigger}, sh: {type: hook, sleep: 1h}}
      transitions: {st: [{to: sh}]}
    - subscribes: queue
      activities: {qt: {type: trigger}, qw: {type: worker, topic: nobody}}
      transitions: {qt: [{to: qw}]}
    - subscribes: hold
      activities: {ht: {type: trigger}, hw: {type: worker, topic: hold}}
      transitions: {ht: [{to: hw}]}
    - subscribes: round
      activities:
        rt: {type: trigger, job: {maps: {n: 0}}}
        again: {type: hook, cycle: true}
        more: {type: hook, job: {maps: {n: {'@pipe': [['{$job.data.n}', 1], ['{@math.add}']]}}}}
        back: {type: cycle, ancestor: again}
      transitions:
        rt: [{to: again}]
        again: [{to: more, conditions: {match: [{expected: false, actual: {'@pipe': [['{$job.data.n}', '{rt.output.data.n}'], ['{@number.gte}']]}}]}}]
        more: [{to: back}]
)";

int failures = 0;

void check(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::printf("  WRONG: %s\n", what.c_str());
}

/// Of this process, in MiB, without what the allocator keeps for later and without the pages of the
/// store that are mapped: those are the kernel's cache, and it takes them back when it needs them.
double memory() {
  malloc_trim(0);
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::atof(line.c_str() + 8) / 1024;
  return 0;
}

class place {
public:
  explicit place(fs::path in) : path_(std::move(in)) {
    fs::remove_all(path_);
    fs::create_directories(path_);
    std::ofstream{path_ / "app.yaml"} << app;
  }
  ~place() { fs::remove_all(path_); }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  [[nodiscard]] std::string data() const { return (path_ / "data").string(); }
  [[nodiscard]] double megabytes() const {
    return static_cast<double>(fs::file_size(path_ / "data" / "data.mdb")) / (1 << 20);
  }
  void write(const std::string& text) const { std::ofstream{path_ / "app.yaml"} << text; }

  /// A node in it; nothing: it would not start.
  [[nodiscard]] std::unique_ptr<node> run(const std::function<void(node&)>& serve = {}) const {
    node_options options;
    options.store = "lmdb:" + data();
    options.durable = node_options::durability::relaxed;
    options.listen = false;
    options.limits.definition_bytes = 64 << 20;
    options.log.level = log_level::error;
    auto made = std::make_unique<node>(options);
    if (serve) serve(*made);
    auto started = made->start();
    auto version = started ? made->client().deploy((path_ / "app.yaml").string())
                           : result<version_info>{started.error()};
    if (version) started = made->client().activate(version->app, version->version);
    if (started && version) return made;
    std::printf("  WRONG: %s\n", (started ? version.error() : started.error()).message.c_str());
    std::exit(1);
  }

private:
  fs::path path_;
};

/// `count` calls of `act`, from several threads; how many of them were done.
std::size_t many(std::size_t count, const std::function<bool(std::size_t)>& act) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  std::vector<std::thread> threads;
  for (int each = 0; each < 16; ++each)
    threads.emplace_back([&] {
      for (auto at = next++; at < count; at = next++) done += act(at) ? 1 : 0;
    });
  for (auto& each : threads) each.join();
  return done;
}

std::size_t publish(client& to, const std::string& topic, std::size_t count, std::size_t from = 0) {
  return many(count, [&](std::size_t at) {
    return to.publish(topic, {{"k", from + at}}, {.id = fmt::format("{}-{}", topic, from + at)})
        .ok();
  });
}

void waits(const place& in, std::size_t count) {
  auto one = in.run();
  const std::size_t warm = std::min<std::size_t>(2'000, count / 10 + 1);
  check(publish(one->client(), "wait", warm) == warm, "a start was refused");
  std::this_thread::sleep_for(std::chrono::seconds{1}); // so that all are at rest
  const auto before = memory();
  check(publish(one->client(), "wait", count - warm, warm) == count - warm, "a start was refused");
  std::this_thread::sleep_for(std::chrono::seconds{1});
  const auto after = memory();
  std::printf("waits     %zu armed: memory %.1f MiB before, %.1f MiB after; store %.1f MiB\n",
              count, before, after, in.megabytes());
  check(sanitized || after - before < 5, "waits cost memory");
  one->stop();
  one = in.run();
  check(many(count,
             [&](std::size_t at) {
               const auto told = one->client().signal("go", {{"k", at}, {"by", "soak"}});
               return told && *told == reception::answered;
             }) == count,
        "a wait was lost over the restart");
  std::printf("          restarted, all signalled: memory %.1f MiB; store %.1f MiB\n", memory(),
              in.megabytes());
  check(one->client().wait(fmt::format("wait-{}", count - 1), std::chrono::minutes{5}).ok(),
        "a job that was signalled does not end");
}

/// In virtual time, so that an hour passes at once.
double seconds_a_timer(const place& in, std::size_t count, double* arming) {
  fs::remove_all(in.data());
  virtual_clock time;
  lmdb_ledger::options with;
  with.path = in.data();
  with.durable = lmdb_ledger::durability::relaxed;
  with.clock = [&time] { return time.now_ms; };
  const auto store = std::move(*lmdb_ledger::open(with));
  stage on{*store, time, [](const wish::call&) { return std::optional<late_reply>{}; }};
  findings faults;
  const auto document = read_text(app, "growth.yaml", faults);
  const auto read = read_definition(*document, faults);
  check(on.activate(compile(*read, faults), to_json(*document)).ok(), "the app is refused");
  auto began = std::chrono::steady_clock::now();
  for (std::size_t at = 0; at < count; ++at)
    check(on.publish("sleep", json::object(), fmt::format("s-{}", at)).ok(), "a start was refused");
  check(on.held() == 0, "jobs that sleep are in memory");
  *arming = seconds{std::chrono::steady_clock::now() - began}.count() / static_cast<double>(count);
  began = std::chrono::steady_clock::now();
  on.most_steps = SIZE_MAX;
  on.advance(3'600'000);
  const auto took = seconds{std::chrono::steady_clock::now() - began}.count();
  check(on.job(fmt::format("s-{}", count - 1))->state == "completed", "a timer did not fire");
  return took / static_cast<double>(count);
}

void timers(const place& in, std::size_t count) {
  for (const auto each : {std::size_t{100}, count}) {
    double arming = 0;
    const auto firing = seconds_a_timer(in, each, &arming);
    std::printf("timers    %zu: %.0f us to arm one, %.0f us until one has fired and its job ended; "
                "store %.1f MiB, memory %.1f MiB\n",
                each, arming * 1e6, firing * 1e6, in.megabytes(), memory());
  }
}

void passes(const place& in, std::size_t count) {
  const auto one = in.run();
  for (const auto each : {count / 10 + 1, count}) {
    const auto id = fmt::format("round-{}", each);
    const auto began = std::chrono::steady_clock::now();
    const auto ended =
        one->client().run("round", {{"n", each}}, {.id = id, .timeout = std::chrono::hours{2}});
    const auto took = seconds{std::chrono::steady_clock::now() - began}.count();
    check(ended && ended->data["n"] == each, "the job did not go round so often");
    std::this_thread::sleep_for(
        std::chrono::seconds{1}); // the newest checkpoint may be in the making
    const auto records = one->client().history(id);
    check(records && records->size() <= 10'000 + 10'000 / 8 + 1,
          "more records are kept than may be");
    std::printf("passes    %zu in %.1f s: %s records, %zu kept; memory %.1f MiB, store %.1f MiB\n",
                each, took, records ? records->back()["number"].dump().c_str() : "?",
                records ? records->size() : 0, memory(), in.megabytes());
  }
}

void children(const place& in, std::size_t count) {
  std::string activities;
  std::string edges;
  for (std::size_t i = 0; i < count; ++i) {
    activities += fmt::format("        c{}: {{type: await, topic: .child}}\n", i);
    edges += fmt::format("{}{{to: c{}}}", i == 0 ? "" : ", ", i);
  }
  in.write(
      fmt::format("app:\n  id: growth\n  version: '2'\n  graphs:\n    - subscribes: wide\n"
                  "      activities:\n        t: {{type: trigger}}\n{}"
                  "      transitions: {{t: [{}]}}\n    - subscribes: .child\n"
                  "      activities: {{ct: {{type: trigger}}, cw: {{type: worker, topic: hold}}}}\n"
                  "      transitions: {{ct: [{{to: cw}}]}}\n",
                  activities, edges));
  const auto one = in.run(
      [](node& with) { with.serve("hold", [](call&) { return json::object(); }).concurrency(4); });
  const auto before = memory();
  const auto began = std::chrono::steady_clock::now();
  const auto ended = one->client().run("wide", json::object(), {.timeout = std::chrono::hours{1}});
  check(ended && ended->state == "completed", "the job with its children did not end well");
  std::printf("children  %zu in %.1f s; memory %.1f MiB before, %.1f MiB after; store %.1f MiB\n",
              count, seconds{std::chrono::steady_clock::now() - began}.count(), before, memory(),
              in.megabytes());
}

void starts(const place& in, std::size_t count) {
  std::atomic<bool> goes_on{false};
  {
    const auto one = in.run([&](node& with) {
      with.serve("hold",
                 [&](call& asked) {
                   while (!goes_on && !asked.cancelled())
                     std::this_thread::sleep_for(std::chrono::milliseconds{5});
                   return json::object();
                 })
          .concurrency(8);
    });
    const auto before = memory();
    check(publish(one->client(), "queue", count) == count, "a start was refused");
    std::printf(
        "starts    %zu for a topic that nobody serves: memory %.1f MiB before, %.1f MiB after; "
        "store %.1f MiB\n",
        count, before, memory(), in.megabytes());
    check(publish(one->client(), "hold", count) == count, "a start was refused");
    const auto after = memory();
    std::printf("          %zu for a worker that is busy: memory %.1f MiB; store %.1f MiB\n", count,
                after, in.megabytes());
    check(sanitized || after - before < 1'024, "starts that queue cost memory");
    goes_on = true;
  }
}

int run(int argc, char** argv) {
  double scale = 1;
  std::string only;
  fs::path data = fs::temp_directory_path() / fmt::format("quipu-growth-{}", ::getpid());
  for (int at = 1; at + 1 < argc; at += 2) {
    const std::string_view flag{argv[at]};
    if (flag == "--scale") scale = std::atof(argv[at + 1]);
    if (flag == "--only") only = argv[at + 1];
    if (flag == "--data") data = argv[at + 1];
  }
  const auto scaled = [scale](double whole) {
    return std::max<std::size_t>(50, static_cast<std::size_t>(whole * scale));
  };
  const std::vector<std::tuple<std::string, std::size_t, void (*)(const place&, std::size_t)>> all{
      {"waits", scaled(100'000), waits},
      {"timers", scaled(1'000'000), timers},
      {"passes", scaled(1'000'000), passes},
      {"children", std::min<std::size_t>(9'999, scaled(10'000)), children},
      {"starts", scaled(1'000'000), starts}};
  for (const auto& [name, count, measure] : all) {
    if (!only.empty() && only != name) continue;
    measure(place{data}, count);
    std::fflush(stdout);
  }
  return failures == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::printf("a bug: %s\n", e.what());
    return 1;
  }
}
