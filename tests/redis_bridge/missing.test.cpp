#include "tests/redis_bridge/redis_store.hpp"

#include <fmt/format.h>

#include <map>

/// A server that evicts, or a person, has thrown a key away: what says of it is dropped, and whatever
/// else there is goes on.
namespace quipu::contract {

namespace {

constexpr token dead = 0xdead;

/// A store in which a row of every kind is about "this", and another about "that".
template <class Store>
struct thrown_away : Store {
  caller call{this->get()};
  probe look{shared_server().look()};
  std::map<std::string, follower> jobs;
  std::vector<std::string> failed;

  /// `mails`: so many has a job of "this"; beyond `mail_at_once` they are read by their order.
  void fill(int mails) {
    look({"FLUSHALL"});
    jobs.clear();
    failed.clear();
    this->time() = first_ms;
    REQUIRE(call.deploy(version()).ok());
    REQUIRE(call.activate("orders", "1").ok());
    REQUIRE(call.renew(ada, 3'600'000).ok());
    REQUIRE(call.renew(dead, 1'000).ok());
    for (const std::string name : {"this", "that"}) {
      begin(name + "-ready", nobody);
      REQUIRE(call.send(answer(name + "-ready", "")).ok());
      begin(name + "-left", dead);
      begin(name + "-mailed", ada);
      for (int i = 0; i < (name == "this" ? mails : 1); ++i)
        REQUIRE(call.send(answer(name + "-mailed", "", fmt::format("m{}", i))).ok());
      begin(name + "-timed", ada, [&](write& first) {
        first.obligations = {waiting("h.0"), waiting("w.0")};
        first.obligations[0].due_ms = first_ms + 2'000;
        first.obligations[0].waits = {name + "-board", "board"};
        first.obligations[1].backlog = "work";
        first.index = {{"n", "v"}};
        first.publications = {{"orders", "t", name, "p"}};
        first.measured =
            measurement{name, first_ms, first_ms + 2'000, {{"n", addition::kind::sum, 1, {}}}};
      });
      auto& over = begin(name + "-over", ada, [&](write& first) { first.index = {{"n", "v"}}; });
      REQUIRE(call.apply(over.finish(first_ms + 2'000)).ok());
      auto& longer = begin(name + "-long", ada);
      for (int i = 0; i < 3; ++i) REQUIRE(call.apply(longer.then()).ok());
      REQUIRE(call.condense(longer.id, 2, "c").ok());
      REQUIRE(call.send(knock({name + "-early"}, name + "-e", name + "-said")).ok());
    }
  }

  follower& begin(const std::string& id, token owner, std::function<void(write&)> with = {}) {
    auto& job = jobs[id] = follower{id, owner};
    auto what = job.begin();
    if (with) with(what.first);
    REQUIRE(call.start(what).ok());
    return job;
  }

  /// A refusal is an answer; a script that fails, or an answer that says nothing, is not.
  template <class T>
  void look_at(std::string_view name, const result<T>& said) {
    if (said) return;
    const auto& why = said.error();
    if (why.code == fault::corrupt || why.message.find("user_function") != std::string::npos)
      failed.push_back(fmt::format("{}: {}", name, why.message));
  }

  void call_everything() {
    auto& store = this->get();
    this->time() += 5'000;
    const auto now = this->time().load();
    look_at("due", await<fired>([&](auto done) { store.due(now, 256, done); }));
    look_at("serve", await<std::size_t>([&](auto done) { store.serve("work", 100, done); }));
    look_at("pop", await<popped>([&](auto done) { store.pop(ada, 100, done); }));
    look_at("claim", call.claim(ada, 2));
    look_at("claim", call.claim(ada));
    look_at("take", call.take(dead, ada));
    look_at("owned", await<owned_page>([&](auto done) {
              static_cast<redis_ledger&>(store).owned(ada, "", 100, done);
            }));
    look_at("knock", call.send(knock({"board"}, "s1")));
    look_at("knock again", call.send(knock({"board"}, "s2")));
    look_at("knock early", call.send(knock({"this-early"}, "s3", "s3")));
    for (auto& [id, job] : jobs) {
      look_at("read", call.read(id));
      look_at("history", call.history(id));
      look_at("post", call.send(answer(id, "", "m-new")));
      look_at("complete", call.send(answer(id, "h.0", "m-done")));
      auto what = job.then();
      what.consumed = {"m1"};
      what.what.settled = {"h.0"};
      what.what.publications = {{"orders", "t", id, "p"}};
      what.what.measured =
          measurement{"this", first_ms, first_ms + 9'000, {{"n", addition::kind::sum, 1, {}}}};
      look_at("commit", call.apply(what));
      look_at("condense", call.condense(id, 1, "c"));
      if (auto seen = call.seize(id, ada)) {
        follower mine{id, ada, seen->at};
        look_at("end", call.apply(mine.finish(now + 1)));
      } else {
        look_at("seize", seen);
      }
      look_at("post to what has ended", call.send(answer(id, "", "m-late")));
      look_at("scrub", call.scrub(id));
      look_at("start", call.start(follower{id}.begin()));
    }
    look_at("due again", await<fired>([&](auto done) { store.due(now + 9'000, 256, done); }));
    look_at("jobs", call.jobs({}));
    job_filter by;
    by.index = field{"n", "v"};
    look_at("jobs by index", call.jobs(by));
    measures_filter which;
    which.app = "orders";
    which.topic = "order.placed";
    which.from_ms = first_ms;
    look_at("measures", call.measures(which));
    look_at("published", call.published());
    look_at("leases", await<std::vector<lease>>([&](auto done) { store.leases(done); }));
    look_at("audit", call.audit("", 1'000));
  }
};

} // namespace

TEMPLATE_TEST_CASE("whatever key is thrown away, no call fails half way, and other jobs go on", "",
                   redis_store, redis_store_of_eight) {
  thrown_away<TestType> here;
  here.fill(1);
  // One of each kind: what is in another partition, or about "that", is alike.
  std::map<std::string, std::string> keys;
  const auto all = here.look({"KEYS", "*"});
  for (std::size_t at = 0; at < all->elements; ++at) {
    const std::string key = all->element[at]->str;
    auto kind = key.substr(key.find("}:") + 2);
    if (kind.starts_with("out:") || kind.starts_with("seen:")) kind.resize(kind.find(':'));
    if (kind.find("that") == std::string::npos) keys.emplace(kind, key);
  }
  REQUIRE(keys.size() > 20);
  for (const auto& [kind, key] : keys) {
    INFO("without " << key);
    here.fill(key.ends_with("o:this-mailed") || key.ends_with("m:this-mailed") ? 260 : 1);
    here.look({"DEL", key});
    here.call_everything();
    for (const auto& each : here.failed) UNSCOPED_INFO(each);
    CHECK(here.failed.empty());
    // The timer of another job.
    if (kind == "t") continue;
    here.fill(1);
    here.look({"DEL", key});
    here.time() += 5'000;
    (void)await<fired>([&](auto done) { here.get().due(here.time(), 256, done); });
    const auto told = here.call.read("that-timed");
    REQUIRE(told.ok());
    CHECK(ids_of(told->mail).size() == 1);
  }
}

} // namespace quipu::contract
