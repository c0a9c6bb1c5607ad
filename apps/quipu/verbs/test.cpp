#include "actors/flow_test/play.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/verb.hpp"
#include "apps/terminal.hpp"
#include "collation/memory_ledger.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"
#include "redis_bridge/redis_ledger.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <unistd.h>

namespace quipu {

namespace {

constexpr std::string_view memory_store = "memory:";
constexpr std::string_view lmdb_store = "lmdb:";

struct test_arguments {
  std::vector<std::string> files;
  std::string store{memory_store};
  bool verbose = false;
};

/// A directory for the tests of one run, made for the first of them and gone with this.
class scratch {
public:
  scratch() = default;
  ~scratch() {
    std::error_code ignored;
    if (!root_.empty()) std::filesystem::remove_all(root_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  /// A name in it that is free. `unavailable`: there is no place for such a directory.
  [[nodiscard]] result<std::string> next() {
    if (root_.empty()) {
      std::error_code why;
      const auto folder = std::filesystem::temp_directory_path(why);
      auto name = (folder / "quipu-test-XXXXXX").string();
      if (why || ::mkdtemp(name.data()) == nullptr)
        return failure{fault::unavailable,
                       fmt::format("{}: no directory can be made for the tests: {}; TMPDIR names "
                                   "where they are",
                                   name, why ? why.message() : std::strerror(errno))};
      root_ = std::move(name);
    }
    return (root_ / std::to_string(++count_)).string();
  }

private:
  std::filesystem::path root_;
  std::size_t count_ = 0;
};

/// Set by the first ^C: no other test begins, and what was made for them is taken away. The second
/// ends the process.
volatile std::sig_atomic_t stopped = 0;

void stop_at_interrupt() {
  struct sigaction once {};
  once.sa_handler = [](int) { stopped = 1; };
  once.sa_flags = SA_RESETHAND | SA_RESTART;
  sigemptyset(&once.sa_mask);
  ::sigaction(SIGINT, &once, nullptr);
}

/// As `make`, while nobody wants an end.
flow_test::make_store until_stopped(flow_test::make_store make) {
  return [make = std::move(make)](
             std::function<std::int64_t()> clock) mutable -> result<std::unique_ptr<ledger>> {
    if (stopped != 0) return failure{fault::unavailable, "stopped"};
    return make(std::move(clock));
  };
}

/// Each test has a namespace of its own on the server, gone with the test.
flow_test::make_store stores_in(const redis::address& where) {
  return [where, count = 0](
             std::function<std::int64_t()> clock) mutable -> result<std::unique_ptr<ledger>> {
    redis_ledger::options with;
    with.at = where;
    with.at.space = fmt::format("{}{}-{}", redis_ledger::thrown_away, getpid(), ++count);
    auto password = redis::password_said();
    if (!password) return password.error();
    with.password = std::move(*password);
    with.clock = std::move(clock);
    auto opened = redis_ledger::open(std::move(with));
    if (!opened) return opened.error();
    return std::unique_ptr<ledger>{std::move(*opened)};
  };
}

flow_test::make_store stores(const std::string& url, scratch& in) {
  if (url == memory_store)
    return [](std::function<std::int64_t()> clock) -> result<std::unique_ptr<ledger>> {
      return std::unique_ptr<ledger>{std::make_unique<memory_ledger>(std::move(clock))};
    };
  return [&in](std::function<std::int64_t()> clock) -> result<std::unique_ptr<ledger>> {
    auto path = in.next();
    if (!path) return path.error();
    lmdb_ledger::options with;
    with.path = std::move(*path);
    with.durable = lmdb_ledger::durability::relaxed;
    with.map_size = std::size_t{1} << 30U;
    with.clock = std::move(clock);
    auto opened = lmdb_ledger::open(std::move(with));
    if (!opened) return opened.error();
    return std::unique_ptr<ledger>{std::move(*opened)};
  };
}

/// Tells what became of the tests of one file; whether all passed.
void tell(const std::string& file, const std::vector<flow_test::outcome>& all, std::size_t& passed,
          std::size_t& failed) {
  terminal out{stdout};
  for (const auto& one : all) {
    ++(one.passed() ? passed : failed);
    const auto mark =
        one.passed() ? out.paint(colour::green, "ok  ") : out.paint(colour::red, "FAIL");
    out.line(fmt::format("{} {}: {}", mark, escaped(file), escaped(one.name)));
    for (const auto* lines : {&one.diary, &one.faults, &one.history})
      for (const auto& line : *lines) out.line("     " + escaped(line));
  }
}

int test(const test_arguments& with) {
  std::optional<redis::address> server;
  if (redis::is_address(with.store)) {
    const auto where = redis::address::parse(with.store);
    if (!where) return complain_usage(where.error().message);
    server = *where;
  } else if (with.store != memory_store && with.store != lmdb_store) {
    return complain_usage(fmt::format(
        "\"{}\" is no store for tests; there are: memory:, lmdb:, redis://HOST:PORT", with.store));
  }
  // Without its server no test can be played: said once, not of each.
  if (server)
    if (const auto there = stores_in(*server)({}); !there) return complain_target(there.error());
  scratch room;
  const auto store = until_stopped(server ? stores_in(*server) : stores(with.store, room));
  stop_at_interrupt();
  std::size_t passed = 0;
  std::size_t failed = 0;
  bool refused = false;
  for (const auto& file : with.files) {
    if (stopped != 0) break;
    findings faults;
    auto read = flow_test::read(file, faults);
    terminal out{stdout};
    for (const auto& each : faults.all()) out.line(escaped(to_string(each)));
    if (read)
      tell(file, flow_test::play(*read, store, with.verbose), passed, failed);
    else if (refused = true; !faults.failed())
      out.line(escaped(fmt::format("{}: {}", file, read.error().message)));
  }
  terminal{stdout}.line(fmt::format("{} passed, {} failed", passed, failed));
  if (stopped != 0) return exit_code::failed;
  if (refused) return exit_code::usage;
  return failed == 0 ? exit_code::done : exit_code::failed;
}

} // namespace

action declare_test(CLI::App& to) {
  const auto with = std::make_shared<test_arguments>();
  to.add_option("FILE", with->files, "files of flow tests")->required();
  to.add_option("--store", with->store,
                "memory:, lmdb: (a directory that is thrown away), or redis://HOST:PORT (a "
                "namespace that is)")
      ->type_name("URL")
      ->capture_default_str();
  to.add_flag(
      "--verbose", with->verbose,
      "every step, and every record that it makes: when, of which job, its key, what happened");
  return [with] { return test(*with); };
}

} // namespace quipu
