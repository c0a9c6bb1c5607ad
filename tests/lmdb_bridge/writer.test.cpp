#include "lmdb_bridge/writer.hpp"
#include "lmdb_bridge/copy.hpp"
#include "tests/lmdb_bridge/lmdb_store.hpp"

#include <array>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

namespace quipu::contract {

namespace {

lmdb_ledger::options at(const std::string& path, lmdb_ledger::durability durable) {
  lmdb_ledger::options with;
  with.path = path;
  with.durable = durable;
  with.map_size = std::size_t{1} << 28U;
  return with;
}

void prepare(caller& call) {
  REQUIRE(call.deploy(version()).ok());
  REQUIRE(call.activate("orders", "1").ok());
  REQUIRE(call.renew(ada, 3'600'000).ok());
}

// In a child process: starts jobs one behind the other and says each that was accepted.
[[noreturn]] void load(const std::string& path, int said) {
  auto store = lmdb_ledger::open(at(path, lmdb_ledger::durability::sync));
  if (!store) _exit(1);
  for (int number = 0;; ++number) {
    std::promise<bool> done;
    auto what = follower{"o-" + std::to_string(number), nobody}.begin();
    what.first.set = {{"data", std::string(500, 'd')}};
    (*store)->start(what, [&](auto told) { done.set_value(told.ok()); });
    if (!done.get_future().get()) _exit(2);
    if (::write(said, &number, sizeof number) != sizeof number) _exit(3);
  }
}

// While it lives this process can write nothing behind the first page of a file.
class broken_disk {
public:
  broken_disk() {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit one_page{4096, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &one_page) == 0);
  }
  broken_disk(const broken_disk&) = delete;
  broken_disk& operator=(const broken_disk&) = delete;
  ~broken_disk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

private:
  void (*handler_)(int) = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before_{};
};

/// A writer whose calls are the test's own: they say what the disk would.
struct bare_writer {
  using calls = std::function<bool(lmdb::store&)>;

  scratch place;
  result<lmdb::environment> file =
      lmdb::environment::open(place.path(), std::size_t{1} << 28U, false);
  lmdb::store rows{*file};
  std::optional<lmdb::writer> writes;

  /// On disk is a job of so many bytes.
  explicit bare_writer(lmdb_ledger::durability durable, std::size_t bytes = 1) {
    rows.begin(false);
    REQUIRE(rows.deploy(version()).ok());
    REQUIRE(rows.activate("orders", "1").ok());
    REQUIRE(starts("o-0", bytes)(rows));
    rows.flush();
    rows.commit();
    const bool relaxed = durable == lmdb_ledger::durability::relaxed;
    writes.emplace(
        rows, lmdb::writer::settings{relaxed, false, 100, "here", [] { return first_ms; }, {}});
  }

  /// Starts a job that has a field of so many bytes.
  static calls starts(const std::string& id, std::size_t bytes = 1) {
    auto what = follower{id, nobody}.begin();
    what.first.set = {{"data", std::string(bytes, 'd')}};
    return [what](lmdb::store& on) { return on.start(what).ok(); };
  }
  static bool nothing(lmdb::store&) { return true; }
  /// The first time there is no room on the disk.
  static calls finds_no_room(int code, int& tries) {
    return [code, &tries](lmdb::store&) -> bool {
      if (++tries == 1) throw lmdb::trouble{code, "write a row"};
      return true;
    };
  }

  void add(calls does, then<bool> done, bool begins_job = false) {
    auto next = std::make_unique<lmdb::operation_of<bool, calls>>(std::move(done), std::move(does));
    next->begins_job = begins_job;
    writes->add(std::move(next));
  }
  result<bool> ask(calls does, bool begins_job = false) {
    return await<bool>([&](then<bool> done) { add(std::move(does), std::move(done), begins_job); });
  }
  [[nodiscard]] bool has(const std::string& id) {
    return *ask([id](lmdb::store& on) { return on.read(id).ok() && on.read(id)->job == id; });
  }
  /// Until `go` is told all calls queue up.
  void block(std::promise<void>& go) {
    std::promise<void> busy;
    add(nothing, [&](auto) {
      busy.set_value();
      go.get_future().wait();
    });
    busy.get_future().wait();
  }
};

} // namespace

TEST_CASE("what sync has acknowledged survives a kill") {
  const scratch place;
  {
    const auto store = opened(at(place.path(), lmdb_ledger::durability::sync));
    caller call{*store};
    prepare(call);
  }
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) load(place.path(), ends[1]);
  close(ends[1]);
  int last = -1;
  while (last < 40) REQUIRE(::read(ends[0], &last, sizeof last) == sizeof last);
  REQUIRE(kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  for (int number = 0; ::read(ends[0], &number, sizeof number) == sizeof number;) last = number;
  close(ends[0]);

  const auto store = opened(at(place.path(), lmdb_ledger::durability::sync));
  caller call{*store};
  for (int number = 0; number <= last; ++number) {
    const auto id = "o-" + std::to_string(number);
    REQUIRE(call.read(id)->fields.size() == 1);
    REQUIRE(call.history(id)->records == names{id + " record 1"});
  }
}

TEST_CASE("relaxed has on disk what was told 20 ms ago, and everything when it stops") {
  const scratch place;
  {
    const auto store = opened(at(place.path(), lmdb_ledger::durability::relaxed));
    caller call{*store};
    prepare(call);
    for (int i = 0; i < 50; ++i)
      REQUIRE(call.start(follower{"o-" + std::to_string(i)}.begin()).ok());
  }
  const auto store = opened(at(place.path(), lmdb_ledger::durability::relaxed));
  caller call{*store};
  for (int i = 0; i < 50; ++i) REQUIRE(call.read("o-" + std::to_string(i)).ok());
}

TEST_CASE("relaxed writes what was told even if nothing comes after it") {
  const scratch place;
  {
    const auto store = opened(at(place.path(), lmdb_ledger::durability::sync));
    caller call{*store};
    prepare(call);
  }
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto store = lmdb_ledger::open(at(place.path(), lmdb_ledger::durability::relaxed));
    std::promise<bool> done;
    if (store)
      (*store)->start(follower{"o-1", nobody}.begin(),
                      [&](auto told) { done.set_value(told.ok()); });
    const char said = store && done.get_future().get() ? 'y' : 'n';
    if (::write(ends[1], &said, 1) == 1) pause();
    _exit(1);
  }
  close(ends[1]);
  char said = 0;
  REQUIRE(::read(ends[0], &said, 1) == 1);
  close(ends[0]);
  // A copy shows what is on disk while the other process goes on.
  const scratch copies;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  bool there = false;
  for (int n = 0; said == 'y' && !there && std::chrono::steady_clock::now() < give_up; ++n) {
    auto look = at(copies.path() + "/" + std::to_string(n), lmdb_ledger::durability::relaxed);
    REQUIRE(lmdb::copy_directory(place.path(), look.path).ok());
    look.read_only = true;
    const auto store = opened(look);
    there = caller{*store}.read("o-1").ok();
  }
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  REQUIRE(said == 'y');
  REQUIRE(there);
}

TEST_CASE("what was accepted completes before a store has stopped, in the order of its calls") {
  const scratch place;
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  std::vector<int> completed;
  {
    const auto store = opened(at(place.path(), durable));
    caller call{*store};
    prepare(call);
    for (int i = 0; i < 300; ++i)
      store->start(follower{"o-" + std::to_string(i)}.begin(), [&, i](auto told) {
        if (told) completed.push_back(i);
      });
  }
  REQUIRE(completed.size() == 300);
  REQUIRE(std::is_sorted(completed.begin(), completed.end()));
}

TEST_CASE("when too many calls are queued no job is begun, but commits are taken") {
  const scratch place;
  auto with = at(place.path(), lmdb_ledger::durability::sync);
  with.most_queued = 2;
  const auto store = opened(with);
  caller call{*store};
  prepare(call);
  follower job{"o-1"};
  REQUIRE(call.start(job.begin()).ok());
  std::promise<void> go;
  std::promise<void> busy;
  store->apps([&](auto) {
    busy.set_value();
    go.get_future().wait(); // on the writer's thread: everything behind waits
  });
  busy.get_future().wait();
  int overloaded = 0;
  int begun = 0;
  bool committed = false;
  for (int i = 0; i < 5; ++i)
    store->start(follower{"x-" + std::to_string(i)}.begin(), [&](auto told) {
      if (told)
        ++begun;
      else if (told.error().code == fault::overloaded &&
               told.error().message.find("limits.store.calls is 2") != std::string::npos)
        ++overloaded;
    });
  store->apply(job.then(), [&](auto told) { committed = told.ok(); });
  go.set_value();
  REQUIRE(call.apps().size() == 1);
  REQUIRE(begun == 2);
  REQUIRE(overloaded == 3);
  REQUIRE(committed);
}

TEST_CASE("a full store refuses new jobs by the setting's name and loses nothing it has taken") {
  const scratch place;
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  auto with = at(place.path(), durable);
  with.map_size = std::size_t{3} << 20U;
  std::vector<std::string> begun;
  std::uint64_t written = 0; // records of one job
  {
    const auto store = opened(with);
    caller call{*store};
    prepare(call);
    follower steady{"steady"};
    REQUIRE(call.start(steady.begin()).ok());
    std::optional<failure> why;
    // In one transaction with the call that finds no room, if it is relaxed.
    for (int i = 0; i < 400 && !why; ++i) {
      REQUIRE(call.apply(steady.then()).ok());
      auto what = follower{"o-" + std::to_string(i)}.begin();
      what.first.set = {{"big", std::string(30'000, 'b')}};
      if (auto told = call.start(what))
        begun.push_back(what.job);
      else
        why = told.error();
    }
    REQUIRE(why);
    REQUIRE(why->code == fault::unavailable);
    REQUIRE_THAT(why->message, Catch::Contains("limits.store.bytes"));
    for (int i = 0; i < 5; ++i) REQUIRE(call.apply(steady.then()).ok());
    written = static_cast<std::uint64_t>(steady.records);
  }
  const auto store = opened(with);
  caller call{*store};
  REQUIRE(begun.size() > 10);
  for (const auto& id : begun) REQUIRE(call.read(id).ok());
  REQUIRE(call.history("steady")->total == written);
  REQUIRE(call.renew(bob).ok());
  // Room is made by what ends.
  for (std::size_t i = 0; i < 10; ++i) {
    const auto seen = *call.seize(begun[i], bob);
    follower job{begun[i], bob, seen.at};
    REQUIRE(call.apply(job.finish()).ok());
    REQUIRE(call.scrub(begun[i]).ok());
  }
  auto what = follower{"new", bob}.begin();
  what.first.set = {{"big", std::string(30'000, 'b')}};
  REQUIRE(call.start(what).ok());
}

/// Starts o-1 and commits values of so many bytes to it until `most` of them were refused, each since
/// the file is full. How many records were told of.
static std::uint64_t fill(ledger& store, std::size_t size, int most) {
  caller call{store};
  prepare(call);
  follower job{"o-1"};
  REQUIRE(call.start(job.begin()).ok());
  std::uint64_t told = 1;
  for (int refused = 0; refused < most && told < 5000;) {
    const auto before = job;
    auto what = job.then();
    what.what.set = {{"big" + std::to_string(told), std::string(size, 'b')}};
    const auto done = call.apply(what);
    if (done.ok()) {
      ++told;
      continue;
    }
    ++refused;
    job = before;
    REQUIRE_THAT(done.error().message, Catch::Contains("is full"));
  }
  return told;
}

TEST_CASE("the call that finds no room is refused alone: what was told before it is kept") {
  const scratch place;
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  auto with = at(place.path(), durable);
  with.map_size = std::size_t{3} << 20U;
  const auto told = fill(*opened(with), 30'000, 1);
  REQUIRE(told > 20);
  const auto store = opened(with);
  caller call{*store};
  REQUIRE(call.history("o-1")->total == told);
}

TEST_CASE("a file that is full has room for what a commit writes besides its calls") {
  const scratch place;
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  const std::size_t size = GENERATE(1U, 200U, 1'000U, 3'000U, 9'000U, 14'000U, 18'000U, 22'000U);
  auto with = at(place.path(), durable);
  with.map_size = std::size_t{1} << 20U;
  const auto told = fill(*opened(with), size, 20);
  const auto store = opened(with);
  caller call{*store};
  REQUIRE(call.history("o-1")->total == told);
}

TEST_CASE("calls from many threads all complete, those of one thread in their order") {
  const scratch place;
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  const auto store = opened(at(place.path(), durable));
  caller call{*store};
  prepare(call);
  std::vector<std::thread> threads;
  std::array<std::vector<int>, 4> told;
  for (std::size_t mine = 0; mine < told.size(); ++mine)
    threads.emplace_back([&, mine] {
      follower job{"t-" + std::to_string(mine)};
      store->start(job.begin(), [](auto) {});
      for (int i = 0; i < 100; ++i)
        store->apply(job.then(), [&, mine, i](auto receipt) {
          if (receipt) told[mine].push_back(i);
        });
    });
  for (auto& thread : threads) thread.join();
  REQUIRE(call.apps().size() == 1);
  for (const auto& order : told) {
    REQUIRE(order.size() == 100);
    REQUIRE(std::is_sorted(order.begin(), order.end()));
  }
}

TEST_CASE("a store that fences itself tells whoever asked, once, and at once whoever asks later") {
  const scratch place;
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  std::atomic<int> told{0};
  std::promise<std::string> first;
  std::promise<std::string> second;
  {
    const auto store = opened(at(place.path(), durable));
    caller call{*store};
    prepare(call);
    store->on_fault([&](const std::string& why) {
      if (++told == 1) first.set_value(why);
    });
    REQUIRE(call.start(follower{"o-1"}.begin()).ok());
    REQUIRE(told == 0);
    {
      const broken_disk while_it_writes;
      (void)call.start(follower{"o-2"}.begin()).ok();
      REQUIRE_THAT(first.get_future().get(), Catch::Contains("until it is opened again"));
    }
    REQUIRE(call.read("o-1").error().code == fault::unavailable);
    store->on_fault([&](const std::string& why) { second.set_value(why); });
    REQUIRE_THAT(second.get_future().get(), Catch::Contains(place.path()));
    REQUIRE(call.read("o-1").error().code == fault::unavailable);
    store->on_fault(nullptr);
  }
  REQUIRE(told == 1);
  const auto store = opened(at(place.path(), durable));
  // What is answered before it is synced may be gone.
  const bool is_there = caller{*store}.read("o-1").ok();
  REQUIRE((is_there || durable == lmdb_ledger::durability::relaxed));
}

TEST_CASE("of a call whose sync has failed nobody is told that it was made, or that it was not") {
  const scratch place;
  const auto store = opened(at(place.path(), lmdb_ledger::durability::sync));
  caller call{*store};
  prepare(call);
  const broken_disk while_it_writes;
  REQUIRE_FAULT(call.start(follower{"o-1"}.begin()), fault::unreachable);
  REQUIRE_FAULT(call.start(follower{"o-2"}.begin()), fault::unavailable); // it is fenced
}

TEST_CASE("on a full disk what is no new job waits, and all goes on when there is room again") {
  const auto full = GENERATE(ENOSPC, EDQUOT);
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  int tries = 0;
  std::promise<void> go;
  std::promise<result<bool>> waits;
  std::promise<result<bool>> begins;
  std::promise<result<bool>> behind;
  bare_writer here{durable};
  here.block(go);
  here.add(bare_writer::finds_no_room(full, tries), [&](auto told) { waits.set_value(told); });
  here.add(
      bare_writer::starts("o-1"), [&](auto told) { begins.set_value(told); }, true);
  here.add(bare_writer::nothing, [&](auto told) { behind.set_value(told); });
  go.set_value();
  const auto refused = begins.get_future().get();
  REQUIRE_FAULT(refused, fault::unavailable);
  REQUIRE_THAT(refused.error().message, Catch::Contains("no space left on the disk"));
  REQUIRE(waits.get_future().get().ok());
  REQUIRE(behind.get_future().get().ok());
  REQUIRE(tries == 2);
  REQUIRE_FALSE(here.has("o-1"));
  REQUIRE(here.ask(bare_writer::starts("o-2"), true).ok());
  REQUIRE(here.has("o-2"));
}

TEST_CASE("a damaged row that is met while the disk is full refuses its call alone") {
  const bool damaged = GENERATE(true, false); // or the file is full, too
  int tries = 0;
  std::promise<void> go;
  std::promise<result<bool>> waits;
  std::promise<result<bool>> refused;
  bare_writer here{lmdb_ledger::durability::sync};
  here.block(go);
  here.add(bare_writer::finds_no_room(ENOSPC, tries), [&](auto told) { waits.set_value(told); });
  here.add(
      [damaged](lmdb::store&) -> bool {
        if (damaged) throw lmdb::broken_row{"a row does not match its checksum"};
        throw lmdb::trouble{MDB_MAP_FULL, "write a row"};
      },
      [&](auto told) { refused.set_value(told); });
  go.set_value();
  REQUIRE(waits.get_future().get().ok());
  REQUIRE_FAULT(refused.get_future().get(), damaged ? fault::corrupt : fault::unavailable);
  REQUIRE(here.ask(bare_writer::nothing).ok());
}

TEST_CASE("more calls than one transaction takes all complete, in their order") {
  const auto durable = GENERATE(lmdb_ledger::durability::sync, lmdb_ledger::durability::relaxed);
  std::vector<int> made;
  std::vector<int> told;
  std::promise<void> go;
  {
    bare_writer here{durable};
    here.block(go);
    for (int each = 0; each < 3'000; ++each)
      here.add(
          [&, each](lmdb::store&) {
            made.push_back(each);
            return true;
          },
          [&, each](auto) { told.push_back(each); });
    go.set_value();
  }
  REQUIRE(told.size() == 3'000);
  REQUIRE(std::is_sorted(told.begin(), told.end()));
  REQUIRE(made == told);
}

TEST_CASE("a job that was told of is made again, though there would be no room to begin it") {
  int tries = 0;
  std::promise<void> done;
  bare_writer here{lmdb_ledger::durability::relaxed, 8U << 20U};
  // While no transaction is open: room for some rows, and less than what is kept free.
  const auto shrink = [&](const auto&) {
    MDB_envinfo seen{};
    mdb_env_info(here.file->raw(), &seen);
    const auto used = (seen.me_last_pgno + 1) * 4096;
    mdb_env_set_mapsize(here.file->raw(), used + used / 5);
  };
  // From the writer's thread, so that the job is in the transaction that comes to nothing.
  here.add(
      bare_writer::starts("o-1"),
      [&](auto) {
        here.add(bare_writer::finds_no_room(ENOSPC, tries), [&](auto) { done.set_value(); });
        here.add(bare_writer::nothing, shrink, true);
      },
      true);
  done.get_future().wait();
  REQUIRE(here.has("o-1"));
  REQUIRE_FAULT(here.ask(bare_writer::starts("o-2"), true), fault::unavailable);
}

TEST_CASE("what comes to nothing takes no numbers from what was written before it") {
  bare_writer here{lmdb_ledger::durability::sync};
  REQUIRE(*here.ask(bare_writer::starts("o-1")));
  REQUIRE_FAULT(here.ask([](lmdb::store&) -> bool {
    throw lmdb::trouble{MDB_MAP_FULL, "write a row"};
  }),
                fault::unavailable);
  REQUIRE(*here.ask(bare_writer::starts("o-2")));
  for (const auto* id : {"o-0", "o-1", "o-2"}) REQUIRE(here.has(id));
}

TEST_CASE("a call that finds no room, and a damaged row when it is made again, is refused alone") {
  const scratch place;
  auto file = lmdb::environment::open(place.path(), std::size_t{1} << 28U, false);
  REQUIRE(file.ok());
  lmdb::store rows{*file};
  lmdb::writer writes{rows, {false, false, 100, "here", [] { return first_ms; }, {}}};
  int tries = 0;
  const auto call = [&](std::function<bool(lmdb::store&)> does) {
    return await<bool>([&](then<bool> done) {
      writes.add(std::make_unique<lmdb::operation_of<bool, std::function<bool(lmdb::store&)>>>(
          std::move(done), std::move(does)));
    });
  };
  REQUIRE_FAULT(call([&](lmdb::store&) -> bool {
                  if (++tries == 1) throw lmdb::trouble{MDB_MAP_FULL, "write a row"};
                  throw lmdb::broken_row{"a row does not match its checksum"};
                }),
                fault::corrupt);
  REQUIRE(tries == 2);
  REQUIRE(*call([](lmdb::store&) { return true; }));
}

} // namespace quipu::contract
