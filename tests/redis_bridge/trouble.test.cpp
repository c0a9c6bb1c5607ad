#include "tests/redis_bridge/redis_store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

/// What goes wrong between a node and its server, and what stays true.
namespace quipu::contract {

namespace {

/// A store on a server of its own.
struct alone {
  server where;
  probe look = where.look();
  std::unique_ptr<redis_ledger> store;
  std::optional<caller> call;

  explicit alone(std::vector<std::string> with = {}) : where{std::move(with)} { open(); }
  void open(redis_ledger::options with = {}) {
    with.at.path = where.socket();
    store = opened(std::move(with));
    call.emplace(*store);
  }
  void prepare() {
    REQUIRE(call->deploy(version()).ok());
    REQUIRE(call->activate("orders", "1").ok());
    REQUIRE(call->renew(ada, 3'600'000).ok());
  }
};

result<owned_page> owned(redis_ledger& store, token mine, std::string after = {},
                         std::size_t most = 100) {
  return await<owned_page>([&](auto done) { store.owned(mine, after, most, done); });
}

/// Waits until something has been told so often.
class counter {
public:
  void add() {
    const std::lock_guard lock{mutex_};
    ++count_;
    changed_.notify_all();
  }
  bool reaches(int count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return count_ >= count; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

/// A commit that touches every kind of row.
commit full(follower& job) {
  auto what = job.then({"m1"});
  what.what.set = {{"a", "b"}, {"big", std::string(2'000, 'x')}};
  what.what.unset = {"old"};
  auto row = waiting("h.1");
  row.due_ms = 4'000'000'000'000;
  row.waits = {"early", "x"};
  row.backlog = "work";
  what.what.obligations = {row};
  what.what.settled = {"h.0"};
  what.what.children = {follower{job.id + "/c", ada}.begin(),
                        follower{job.id + "/d", nobody}.begin()};
  what.what.publications = {{"orders", "t", job.id, "p"}};
  what.what.posts = {answer("other", "", "m9")};
  what.what.signals = {knock({"nobody there"}, "s9")};
  what.what.gives_back = true;
  return what;
}

/// A job with everything that `full` and its end take away.
void begin_full(caller& call, follower& job) {
  auto first = job.begin();
  auto row = waiting("h.0");
  row.due_ms = 4'000'000'000'000;
  row.waits = {"w"};
  row.backlog = "work";
  first.first.obligations = {row};
  first.first.set = {{"old", "o"}};
  const auto begun = call.start(first);
  INFO((begun ? "" : begun.error().message));
  REQUIRE(begun.ok());
  REQUIRE(call.send(answer(job.id, "", "m1")).ok());
}

/// Takes a job off the list of those that run; the row that is missing now.
audit_row listed_in(alone& here, const std::string& job) {
  for (std::string after;;) {
    const auto page = here.call->audit(after, 1'000);
    REQUIRE(page.ok());
    for (const auto& row : page->rows)
      if (row.table == "running" && row.claimed && row.job == job) {
        here.look({"ZREM", "quipu:{main.0}:running", row.value.substr(row.value.find(' ') + 1)});
        return row;
      }
    after = page->next;
    REQUIRE_FALSE(after.empty());
  }
}

/// A port that nobody listens on.
std::string free_port() {
  const int made = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  REQUIRE(::bind(made, reinterpret_cast<sockaddr*>(&where), size) == 0);
  REQUIRE(::getsockname(made, reinterpret_cast<sockaddr*>(&where), &size) == 0);
  ::close(made);
  return std::to_string(ntohs(where.sin_port));
}

} // namespace

TEST_CASE("an owner reads what it owns page by page, with its mail") {
  alone here;
  here.prepare();
  auto& call = *here.call;
  REQUIRE(call.renew(bob).ok());
  for (const auto* id : {"c", "a", "d", "b"}) REQUIRE(call.start(follower{id}.begin()).ok());
  REQUIRE(call.start(follower{"x", bob}.begin()).ok());
  REQUIRE(call.start(follower{"y", nobody}.begin()).ok());
  REQUIRE(call.seize("d", bob).ok());
  REQUIRE(call.send(answer("a", "", "m1")).ok());
  for (std::size_t most : {1, 2, 3, 100}) {
    std::vector<snapshot> all;
    std::string after;
    do {
      const auto page = *owned(*here.store, ada, after, most);
      REQUIRE(page.jobs.size() <= most);
      all.insert(all.end(), page.jobs.begin(), page.jobs.end());
      after = page.next;
    } while (!after.empty());
    REQUIRE(names_of(all) == names{"c", "a", "b"});
    REQUIRE(ids_of(all[1].mail) == names{"m1"});
  }
  REQUIRE(owned(*here.store, 12345)->jobs.empty());
  REQUIRE_FAULT(owned(*here.store, ada, "nonsense"), fault::bad_request);
}

TEST_CASE("a job may be called what a refusal is") {
  alone here;
  here.prepare();
  for (const auto* id : {"no", "no job", "fenced", "1"}) {
    REQUIRE(here.call->start(follower{id}.begin()).ok());
    REQUIRE(here.call->read(id).ok());
    REQUIRE(here.call->seize(id, ada)->job == id);
  }
}

TEST_CASE("a library that was flushed is loaded again, and nothing is lost") {
  alone here;
  here.prepare();
  follower job{"o-1"};
  REQUIRE(here.call->start(job.begin()).ok());
  for (int i = 0; i < 50; ++i) {
    if (i % 10 == 0) here.look({"FUNCTION", "FLUSH"});
    REQUIRE(here.call->apply(job.then()).ok());
  }
  // Many in flight meet the flush together: in order, each once.
  counter done;
  std::atomic<int> applied{0};
  for (int i = 0; i < 500; ++i) {
    if (i == 250) here.look({"FUNCTION", "FLUSH"});
    here.store->apply(job.then(), [&](result<receipt> told) {
      applied += told && !told->repeated ? 1 : 0;
      done.add();
    });
  }
  REQUIRE(done.reaches(500));
  REQUIRE(applied == 500);
  REQUIRE(here.call->read("o-1")->at == job.at);
  REQUIRE(here.call->history("o-1")->total == 551);
}

TEST_CASE("each call is answered once across lost connections, doubt is told, and what the store "
          "then has is what it had said") {
  alone here;
  here.prepare();
  counter doubts;
  here.store->on_doubt([&] { doubts.add(); });
  follower job{"o-1"};
  REQUIRE(here.call->start(job.begin()).ok());
  for (int round = 1; round <= 5; ++round) {
    std::mutex mutex;
    std::vector<std::pair<head, result<receipt>>> told;
    counter done;
    const auto before = job;
    for (int i = 0; i < 300; ++i) {
      if (i == 150) here.look({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
      auto what = job.then();
      here.store->apply(what, [&, makes = what.what.makes](result<receipt> answer) {
        const std::lock_guard lock{mutex};
        told.emplace_back(makes, std::move(answer));
        done.add();
      });
    }
    REQUIRE(done.reaches(300));
    REQUIRE(doubts.reaches(round));
    const auto seen = *here.call->read("o-1");
    // What was said to be applied is a first part of the chain; the store is there or further on.
    std::size_t said = 0;
    for (const auto& [makes, answer] : told)
      if (answer) {
        ++said;
      } else {
        INFO(answer.error().message);
        const auto code = answer.error().code;
        REQUIRE((code == fault::unreachable || code == fault::stale));
      }
    REQUIRE(seen.records >= static_cast<std::uint64_t>(before.records) + said);
    job.at = seen.at;
    job.records = static_cast<int>(seen.records);
    REQUIRE(here.call->apply(job.then()).ok());
  }
  here.store->on_doubt(nullptr);
}

TEST_CASE("a call that a stopped server does not answer is unreachable, and one that was not sent "
          "is unavailable") {
  alone here;
  redis_ledger::options with;
  with.patience = std::chrono::milliseconds{300};
  here.open(std::move(with));
  here.prepare();
  counter doubts;
  here.store->on_doubt([&] { doubts.add(); });
  follower job{"o-1"};
  REQUIRE(here.call->start(job.begin()).ok());
  here.where.pause();
  REQUIRE_FAULT(here.call->apply(follower{job}.then()), fault::unreachable);
  REQUIRE_FAULT(here.call->start(follower{"o-2"}.begin()), fault::unavailable);
  here.where.go_on();
  REQUIRE(doubts.reaches(1));
  // The stopped server had the commit in its hands, and has made it now.
  const auto told = here.call->apply(job.then());
  REQUIRE(told.ok());
  REQUIRE_FAULT(here.call->read("o-2"), fault::not_found);
  here.store->on_doubt(nullptr);
}

TEST_CASE("a server that is killed and comes back has what was acknowledged") {
  alone here{{"--appendonly", "yes", "--appendfsync", "always"}};
  here.prepare();
  follower job{"o-1"};
  REQUIRE(here.call->start(job.begin()).ok());
  for (int i = 0; i < 20; ++i) REQUIRE(here.call->apply(job.then()).ok());
  here.where.kill();
  here.where.start();
  REQUIRE(here.call->read("o-1")->at == job.at);
  REQUIRE(here.call->apply(job.then()).ok());
}

TEST_CASE("at the server's limit of memory no job is begun, and those that run go on") {
  alone here;
  here.prepare();
  follower job{"o-1"};
  REQUIRE(here.call->start(job.begin()).ok());
  here.look({"CONFIG", "SET", "maxmemory", "1mb"});
  const auto refused = here.call->start(follower{"o-2"}.begin());
  REQUIRE_FAULT(refused, fault::unavailable);
  REQUIRE(refused.error().message.find("maxmemory") != std::string::npos);
  auto what = job.then();
  what.what.obligations = {waiting("a.0")};
  REQUIRE(here.call->apply(what).ok());
  REQUIRE(here.call->send(answer("o-1", "a.0")).ok());
  REQUIRE(here.call->apply(job.finish()).ok());
  // A node that begins now brings the definitions that it runs.
  here.prepare();
  REQUIRE(here.call->deploy(version("2")).ok());
  here.look({"CONFIG", "SET", "maxmemory", "0"});
  REQUIRE(here.call->start(follower{"o-2"}.begin()).ok());
}

TEST_CASE("another library of the same name, or rows of a newer format, are refused at the start") {
  alone here;
  redis_ledger::options with;
  with.at.path = here.where.socket();
  const auto refused = [&] {
    const auto again = redis_ledger::open(with);
    REQUIRE_FALSE(again.ok());
    return again.error().message;
  };
  SECTION("the format") {
    here.look({"HSET", "quipu:{main.0}:meta", "format", "2"});
    REQUIRE(refused().find("format 2") != std::string::npos);
  }
  SECTION("the library") {
    here.store.reset();
    here.look({"FUNCTION", "LOAD", "REPLACE",
               "#!lua name=quipu1\nredis.register_function('quipu1_open', function() return "
               "{'1', '1', 'another'} end)"});
    REQUIRE(refused().find("FUNCTION DELETE quipu1") != std::string::npos);
  }
}

TEST_CASE("whatever command the user may not run, a call writes everything or nothing") {
  alone here;
  here.prepare();
  REQUIRE(here.call->start(follower{"other"}.begin()).ok());
  REQUIRE(here.call->send(knock({"early"}, "s1")).ok());
  const std::vector<std::string> commands{
      "del",  "exists", "get",  "hdel",   "hexists", "hget",   "hgetall", "hincrby", "hkeys",
      "hlen", "hmget",  "hset", "llen",   "rpop",    "rpush",  "sadd",    "set",     "srem",
      "time", "xadd",   "xdel", "xrange", "zadd",    "zrange", "zrem"};
  int number = 0;
  std::map<std::string, int> refusals;
  for (const auto& command : commands) {
    follower job{fmt::format("o-{}", ++number)};
    begin_full(*here.call, job);
    follower plain{fmt::format("p-{}", number)};
    REQUIRE(here.call->start(plain.begin()).ok());
    const auto last = [&] {
      auto end = follower{job}.finish(4'000'000'000'000);
      return end;
    };
    const auto forbidden = [&](const auto& call) {
      const auto before = here.look.dump();
      here.look({"ACL", "SETUSER", "default", "-" + command});
      const bool refused = !call().ok();
      here.look({"ACL", "SETUSER", "default", "+" + command});
      if (refused) {
        ++refusals[command];
        INFO("without " << command);
        REQUIRE(here.look.dump() == before);
      }
    };
    forbidden([&] { return here.call->apply(full(job)); });
    job = follower{job.id, ada, here.call->read(job.id)->at, 0};
    forbidden([&] { return here.call->apply(plain.then()); });
    forbidden([&] { return here.call->send(answer(plain.id, "", "m5")); });
    forbidden([&] { return here.call->send(knock({"w"}, "s2")); });
    forbidden([&] { return here.call->start(follower{fmt::format("n-{}", number)}.begin()); });
    REQUIRE(here.call->seize(job.id, ada).ok());
    forbidden([&] { return here.call->apply(last()); });
  }
  for (const auto* needed : {"hset", "rpush", "hget", "zadd", "zrem", "time"})
    REQUIRE(refusals[needed] > 0);
}

TEST_CASE(
    "whatever command the user may not run, what is not a commit writes everything or nothing") {
  alone here;
  std::atomic<std::int64_t> time{first_ms};
  redis_ledger::options with;
  with.clock = [&] { return time.load(); };
  here.open(std::move(with));
  here.prepare();
  auto& call = *here.call;
  constexpr token dead = 0xdead;
  const std::vector<std::string> commands{
      "del",     "exists", "get",    "hdel",  "hexists",  "hget", "hgetall",
      "hincrby", "hkeys",  "hlen",   "hmget", "hset",     "llen", "ltrim",
      "rpush",   "sadd",   "scan",   "set",   "smembers", "srem", "time",
      "xadd",    "xdel",   "xrange", "zadd",  "zrange",   "zrem", "zscore"};
  std::map<std::string, int> refusals;
  int number = 0;
  for (const auto& command : commands) {
    ++number;
    const auto name = [&](std::string_view what) { return fmt::format("{}-{}", what, number); };
    REQUIRE(call.renew(ada, 3'600'000).ok());
    // One of each: ready with mail, owned by somebody dead, with mail, with a timer, in a backlog,
    // ended and about to expire, condensable, with a row that is missing.
    REQUIRE(call.start(follower{name("ready"), nobody}.begin()).ok());
    REQUIRE(call.send(answer(name("ready"), "", name("m"))).ok());
    REQUIRE(call.renew(dead + number, 1'000).ok());
    REQUIRE(call.start(follower{name("left"), dead + number}.begin()).ok());
    REQUIRE(call.start(follower{name("mailed")}.begin()).ok());
    REQUIRE(call.send(answer(name("mailed"), "")).ok());
    follower timed{name("timed")};
    auto first = timed.begin();
    auto row = waiting("h.0");
    row.due_ms = time + 2'000;
    row.waits = {name("board")};
    first.first.obligations = {row, waiting("w.0")};
    first.first.obligations[1].backlog = "work";
    first.first.measured =
        measurement{"key", time, time + 2'000, {{"n", addition::kind::sum, 1, {}}}};
    REQUIRE(call.start(first).ok());
    REQUIRE(call.send(knock({name("early")}, name("e"), name("said"))).ok());
    for (const auto* what : {"old", "gone"}) {
      follower ended{name(what)};
      REQUIRE(call.start(ended.begin()).ok());
      REQUIRE(call.apply(ended.finish(time + 2'000)).ok());
    }
    follower longer{name("long")};
    REQUIRE(call.start(longer.begin()).ok());
    for (int i = 0; i < 3; ++i) REQUIRE(call.apply(longer.then()).ok());
    const auto missing = listed_in(here, name("long"));
    time += 2'000;

    const auto forbidden = [&](const std::string& which, const auto& asks) {
      const auto before = here.look.dump();
      here.look({"ACL", "SETUSER", "default", "-" + command});
      const bool refused = !asks().ok();
      here.look({"ACL", "SETUSER", "default", "+" + command});
      if (!refused) return;
      ++refusals[which];
      INFO(which << " without " << command);
      REQUIRE(here.look.dump() == before);
    };
    forbidden("renew", [&] { return call.renew(bob); });
    forbidden("claim", [&] { return call.claim(ada); });
    forbidden("take", [&] { return call.take(dead + number, ada); });
    forbidden("seize", [&] { return call.seize(name("mailed"), ada); });
    forbidden("pop",
              [&] { return await<popped>([&](auto done) { here.store->pop(ada, 100, done); }); });
    forbidden("serve", [&] {
      return await<std::size_t>([&](auto done) { here.store->serve("work", 100, done); });
    });
    forbidden("due",
              [&] { return await<fired>([&](auto done) { here.store->due(time, 256, done); }); });
    forbidden("scrub", [&] { return call.scrub(name("old")); });
    forbidden("condense", [&] { return call.condense(name("long"), 2, "c"); });
    forbidden("mend", [&] { return call.mend(missing); });
    forbidden("deploy", [&] { return call.deploy(version(name("v"))); });
    forbidden("activate", [&] { return call.activate("orders", "1"); });
  }
  for (const auto* which : {"renew", "claim", "take", "seize", "pop", "serve", "due", "scrub",
                            "condense", "mend", "deploy", "activate"}) {
    INFO(which);
    CHECK(refusals[which] > 0);
  }
}

TEST_CASE("the commands that the README grants are enough for everything") {
  alone here;
  std::ifstream readme{QUIPU_SOURCE_DIR "/redis_bridge/README.md"};
  std::vector<std::string> rule{"ACL", "SETUSER"};
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    std::istringstream words{line};
    if (line.find("ACL SETUSER quipu") != std::string::npos) inside = true;
    if (inside && line.empty()) break;
    for (std::string word; inside && words >> word;)
      if (word != "ACL" && word != "SETUSER") rule.push_back(word);
  }
  REQUIRE(rule.size() > 20);
  here.look(rule);
  here.look({"FUNCTION", "FLUSH"});
  redis_ledger::options with;
  with.at.user = "quipu";
  with.password = "PASSWORD";
  here.open(std::move(with));
  here.prepare();
  REQUIRE(here.call->start(follower{"other"}.begin()).ok());
  follower job{"o-1"};
  begin_full(*here.call, job);
  REQUIRE(here.call->apply(full(job)).ok());
  REQUIRE(here.call->claim(ada)->size() == 1);
  REQUIRE(here.call->apply(job.then()).ok() == false); // it was given back
  REQUIRE(here.call->serve("work") >= 1);
  REQUIRE(here.call->due(first_ms).count == 0);
  REQUIRE(here.call->seize("o-1", ada).ok());
  REQUIRE(here.call->pop(ada).size() >= 1);
  REQUIRE(owned(*here.store, ada)->jobs.size() >= 1);
  REQUIRE(here.call->condense("o-1", 1, "c").ok());
  auto last = job;
  last.at = here.call->read("o-1")->at;
  REQUIRE(here.call->apply(last.finish()).ok());
  REQUIRE(here.call->scrub("o-1").ok());
  REQUIRE(here.call->jobs({})->rows.size() >= 2);
  REQUIRE(here.call->published()->size() == 1);
  REQUIRE(here.call->history("other").ok());
  REQUIRE(here.call->audit().ok());
  REQUIRE(here.call->apps().size() == 1);
  REQUIRE(here.call->fetch("orders", "1").ok());
  REQUIRE(here.call->leases().size() == 1);
  REQUIRE(here.call->take(bob, ada).ok());
}

TEST_CASE("with wait=1 what is told to the outside is in a replica, and steps wait for nobody") {
  const auto port = free_port();
  alone here{{"--port", port, "--bind", "127.0.0.1"}};
  server replica{{"--replicaof", "127.0.0.1", port}};
  const auto copy = replica.look();
  for (int tries = 0;
       here.look.text({"INFO", "replication"}).find("state=online") == std::string::npos; ++tries) {
    REQUIRE(tries < 6'000);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  redis_ledger::options with;
  with.at.wait = 1;
  with.patience = std::chrono::milliseconds{3'000};
  here.open(std::move(with));
  counter doubts;
  here.store->on_doubt([&] { doubts.add(); });
  here.prepare();
  const auto has = [&](const std::string& job) {
    return copy({"EXISTS", "quipu:{main.0}:j:" + job})->integer == 1;
  };
  for (int i = 0; i < 50; ++i) {
    const auto id = fmt::format("o-{}", i);
    REQUIRE(here.call->start(follower{id}.begin()).ok());
    REQUIRE(has(id));
  }
  follower job{"job"};
  auto first = job.begin();
  first.first.obligations = {waiting("a.0")};
  REQUIRE(here.call->start(first).ok());

  replica.pause();
  REQUIRE(here.call->apply(job.then()).ok());
  const auto refused = here.call->start(follower{"late"}.begin());
  REQUIRE_FAULT(refused, fault::unreachable);
  REQUIRE(refused.error().message.find("0 of 1 replicas") != std::string::npos);
  REQUIRE(refused.error().message.find("ask by its id") != std::string::npos);
  REQUIRE(doubts.reaches(1)); // whoever owns it looks at what it has
  REQUIRE(here.call->read("late").ok());
  REQUIRE_FAULT(here.call->send(answer("job", "a.0")), fault::unreachable);
  REQUIRE_FAULT(here.call->send(knock({"nobody"})), fault::unreachable);

  // An end is told when a replica has it.
  std::promise<bool> told;
  auto seen = told.get_future();
  here.store->apply(job.finish(), [&](result<receipt> got) { told.set_value(got.ok()); });
  REQUIRE_FAULT(here.call->start(follower{"later"}.begin()), fault::unreachable);
  REQUIRE(seen.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  replica.go_on();
  REQUIRE(seen.get());
  REQUIRE(has("late"));
  REQUIRE(here.call->start(follower{"last"}.begin()).ok());
  REQUIRE(has("last"));
  here.store->on_doubt(nullptr);
}

TEST_CASE("a wrong password is said, not repeated") {
  alone here;
  here.look({"CONFIG", "SET", "requirepass", "right"});
  redis_ledger::options with;
  with.at.path = here.where.socket();
  with.password = "wrong";
  const auto refused = redis_ledger::open(with);
  REQUIRE_FALSE(refused.ok());
  REQUIRE(refused.error().message.find("WRONGPASS") != std::string::npos);
  REQUIRE(refused.error().message.find("\"wrong\"") == std::string::npos);
  with.password = "right";
  REQUIRE(redis_ledger::open(with).ok());
}

TEST_CASE("bells of other nodes are heard") {
  alone here;
  here.prepare();
  redis_ledger::options with;
  with.at.path = here.where.socket();
  const auto other = opened(std::move(with));
  caller there{*other};
  REQUIRE(there.renew(bob).ok());
  counter ready;
  counter mine;
  other->on_bell([&](token whose) { (whose == bob ? mine : ready).add(); });
  REQUIRE(there.start(follower{"b", bob}.begin()).ok());
  for (int tries = 0; here.look({"PUBSUB", "CHANNELS"})->elements < 3; ++tries) {
    REQUIRE(tries < 6'000);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  REQUIRE(here.call->start(follower{"a", nobody}.begin()).ok());
  REQUIRE(here.call->send(answer("b", "")).ok());
  REQUIRE(ready.reaches(1));
  REQUIRE(mine.reaches(1));
  other->on_bell({});
}

TEST_CASE("time is the server's, never ahead of it") {
  alone here;
  for (int i = 0; i < 100; ++i) {
    const auto mine = here.store->now();
    const auto said = here.look({"TIME"});
    const auto server =
        std::stoll(said->element[0]->str) * 1000 + std::stoll(said->element[1]->str) / 1000;
    REQUIRE(mine <= server);
    REQUIRE(mine > server - 60'000);
  }
}

TEST_CASE("a waiting job takes at most a KiB beyond its own data") {
  alone here{{"--hash-max-listpack-value", "512"}};
  here.prepare();
  constexpr int jobs = 2'000;
  std::size_t own = 0;
  const auto used = [&] {
    const auto info = here.look.text({"INFO", "memory"});
    return std::stoull(info.substr(info.find("used_memory_dataset:") + 20));
  };
  const auto before = used();
  for (int i = 0; i < jobs; ++i) {
    follower job{fmt::format("order-{:032}", i)};
    auto what = job.begin();
    auto row = waiting("3.0");
    row.waits = {fmt::format("orders.approved:{:032}", i)};
    row.due_ms = 4'000'000'000'000;
    what.first.obligations = {row};
    what.first.set = {{"b", std::string(120, 'b')},
                      {"s", std::string(60, 's')},
                      {"d.0", std::string(100, 'd')},
                      {"a.0", std::string(150, 'a')}};
    what.first.gives_back = true;
    // Its own: what it has, what it is called and what it waits by, each once.
    for (const auto& each : what.first.set) own += each.name.size() + each.bytes.size();
    own += what.first.records[0].size() + row.body.size() + job.id.size() + row.waits[0].size();
    REQUIRE(here.call->start(what).ok());
  }
  const auto taken = (used() - before - own) / jobs;
  INFO("bytes a job beyond its data: " << taken);
  REQUIRE(taken <= 1'024);
}

} // namespace quipu::contract
