#include "collation/partition.hpp"
#include "redis_bridge/rows.hpp"
#include "redis_bridge/writes.hpp"
#include "tests/contract/audited.hpp"
#include "tests/redis_bridge/redis_store.hpp"

#include <fmt/format.h>

#include <map>

/// What goes from one partition to another, on a server of eight.
namespace quipu::contract {

namespace {

constexpr unsigned eight = redis_store_of_eight::partitions;

std::string prefix(unsigned partition) { return fmt::format("quipu:{{main.{}}}:", partition); }

/// An id that lies there.
std::string in(unsigned partition, std::string id) {
  for (int i = 0;; ++i)
    if (auto made = fmt::format("{}{}", id, i); partition_of(made, eight) == partition) return made;
}

/// A board, with all of its group.
std::string board_in(unsigned partition) { return in(partition, "g") + ".x"; }

/// A store of eight partitions.
struct crossing {
  server& where = shared_server();
  probe look = where.look();
  std::atomic<std::int64_t> time{first_ms};
  std::unique_ptr<redis_ledger> store;
  std::optional<caller> call;

  crossing() {
    look({"FLUSHALL"});
    open();
    REQUIRE(call->deploy(version()).ok());
    REQUIRE(call->activate("orders", "1").ok());
    REQUIRE(call->renew(ada, 3'600'000).ok());
  }
  void open() {
    store.reset();
    auto with = at(where);
    with.at.partitions = eight;
    with.patience = std::chrono::milliseconds{2'000};
    with.clock = [this] { return time.load(); };
    store = opened(std::move(with));
    call.emplace(*store);
  }

  /// As if the engine ended before it could do what needs this command.
  template <class Does>
  auto without(const std::string& command, Does does) {
    look({"ACL", "SETUSER", "default", "-" + command});
    auto got = does();
    look({"ACL", "SETUSER", "default", "+" + command});
    return got;
  }
  /// Any engine carries what is left.
  void carry() { call->due(time); }

  /// As a node does for a parent in partition 1, which then ends.
  void reserve(const std::string& child, const std::string& nonce) {
    const auto said = look({"FCALL", "quipu1_reserve", "1", prefix(partition_of(child, eight)),
                            std::to_string(time.load()), "0123456789abcdef/8", child, nonce, "1"});
    REQUIRE(said->type == REDIS_REPLY_INTEGER);
  }

  bool has(unsigned partition, const std::string& key) {
    return look({"EXISTS", prefix(partition) + key})->integer == 1;
  }
  names unfit() { return without_their_likes(audited(*call)); }
};

/// What a partition has, as it comes back older.
class kept {
public:
  kept(probe look, unsigned partition) : look_{std::move(look)}, partition_{partition} {
    for (const auto& key : keys()) rows_[key] = look_.text({"DUMP", key});
  }
  void restore() const {
    for (const auto& key : keys()) look_({"DEL", key});
    for (const auto& [key, row] : rows_) look_({"RESTORE", key, "0", row});
  }

private:
  [[nodiscard]] names keys() const {
    names all;
    const auto found = look_({"KEYS", prefix(partition_) + "*"});
    for (std::size_t at = 0; at < found->elements; ++at)
      all.emplace_back(found->element[at]->str, static_cast<std::size_t>(found->element[at]->len));
    return all;
  }

  probe look_;
  unsigned partition_;
  std::map<std::string, std::string> rows_;
};

birth waiting_at(follower& job, const std::string& board, bool returns = false) {
  auto what = job.begin();
  auto row = waiting("h.0");
  row.waits = {board};
  row.returns = returns;
  what.first.obligations = {row};
  what.first.gives_back = true;
  return what;
}

} // namespace

TEST_CASE("a job, its wait and its child with a given id lie in different partitions",
          "[crossing]") {
  crossing here;
  follower parent{in(1, "parent")};
  const auto board = board_in(2);
  REQUIRE(here.call->start(waiting_at(parent, board)).ok());
  REQUIRE(here.call->seize(parent.id, ada).ok());
  follower child{in(3, "child")};
  auto what = parent.then();
  what.what.children = {child.begin()};
  what.what.obligations = {waiting("await.0")};
  what.what.publications = {{"orders", "t", parent.id, "p"}};
  REQUIRE(here.call->apply(what)->owned);
  REQUIRE(here.has(1, "j:" + parent.id));
  REQUIRE(here.has(2, "w:" + board));
  REQUIRE(here.has(3, "j:" + child.id));
  REQUIRE(here.has(0, "p"));
  REQUIRE(here.unfit() == names{});

  auto last = child.finish();
  last.what.posts = {{parent.id, {"end", "child", "await.0", "data"}, false}};
  REQUIRE(here.call->apply(last).ok());
  REQUIRE(*here.call->send(knock({board}, "s1")) == signalled::answered);
  REQUIRE(ids_of(here.call->read(parent.id)->mail) == names{"end", "s1"});
  REQUIRE_FALSE(here.has(2, "w:" + board));
  REQUIRE(here.unfit() == names{});
}

TEST_CASE("what was sent to another partition is taken once, wherever its carrier ends",
          "[crossing]") {
  // What reading it, taking it and saying that it has been carried cannot do without.
  const auto* command = GENERATE("lrange", "zscore", "ltrim");
  INFO("without " << command);
  crossing here;
  follower parent{in(1, "parent")};
  follower child{in(2, "child")};
  REQUIRE(here.call->start(parent.begin()).ok());
  follower other{in(2, "other")};
  REQUIRE(here.call->start(other.begin()).ok());
  auto what = parent.then();
  what.what.children = {child.begin()};
  what.what.posts = {{other.id, {"m1", "child", "", "data"}, false}};
  what.what.signals = {knock({board_in(2)}, "s1")};
  what.what.publications = {{"orders", "t", parent.id, "p"}};
  REQUIRE(here.without(command, [&] { return here.call->apply(what); }).ok());
  here.open();
  here.carry();
  here.carry();
  REQUIRE(here.call->read(child.id)->owner == ada);
  REQUIRE(ids_of(here.call->read(other.id)->mail) == names{"m1"});
  REQUIRE(here.call->published()->size() == 1);
  follower waits{in(3, "waits")};
  REQUIRE(ids_of(here.call->start(waiting_at(waits, board_in(2)))->mail) == names{"s1"});
  REQUIRE(here.unfit() == names{});
}

TEST_CASE("whoever does not ask how it went is not told", "[crossing]") {
  crossing here;
  follower job{in(1, "job")};
  here.store->start(job.begin(), {});
  here.store->serve("work", 10, {});
  here.store->send(knock({board_in(2)}, "s1"), {});
  here.store->send(answer(job.id, "", "m1"), {});
  here.store->due(first_ms, 10, {});
  here.store->renew(bob, 1'000, "here", {});
  here.store->claim(ada, 10, {});
  here.store->apply(job.then(), {});
  REQUIRE(ids_of(here.call->read(job.id)->mail) == names{"m1"});
}

TEST_CASE("a child that comes behind its parent's receipt is told to its owner", "[crossing]") {
  crossing here;
  follower parent{in(1, "parent")};
  REQUIRE(here.call->start(parent.begin()).ok());
  follower child{in(2, "child")};
  auto what = parent.then();
  what.what.children = {child.begin()};
  REQUIRE(here.without("lrange", [&] { return here.call->apply(what); }).ok());
  REQUIRE_FAULT(here.call->read(child.id), fault::not_found);
  here.carry();
  const auto got = here.call->pop(ada);
  REQUIRE(got == popped{{child.id, {}}});
  REQUIRE(here.call->apply(child.then())->owned);
  REQUIRE(here.unfit() == names{});
}

TEST_CASE(
    "an id that is reserved for a child is nobody else's, and free again when its parent does "
    "not come for it",
    "[crossing]") {
  crossing here;
  follower parent{in(1, "parent")};
  REQUIRE(here.call->start(parent.begin()).ok());
  follower child{in(2, "child")};
  here.reserve(child.id, "abandoned");
  REQUIRE_FAULT(here.call->start(child.begin()), fault::conflict);
  auto what = follower{parent}.then();
  what.what.children = {follower{child.id}.begin()};
  REQUIRE(here.call->apply(what).error() == failure{fault::taken, child.id});
  here.time += 59'999;
  here.carry();
  REQUIRE(here.has(2, "r:" + child.id));
  here.time += 1;
  here.carry();
  REQUIRE_FALSE(here.has(2, "r:" + child.id));
  REQUIRE(here.unfit() == names{});
  what = parent.then();
  what.what.children = {follower{child.id}.begin()};
  REQUIRE(here.call->apply(what).ok());
  REQUIRE(here.call->read(child.id).ok());
}

TEST_CASE("a commit that comes when what was reserved for it has been withdrawn is refused",
          "[crossing]") {
  crossing here;
  follower parent{in(1, "parent")};
  REQUIRE(here.call->start(parent.begin()).ok());
  const auto child = in(2, "child");
  here.reserve(child, "slow");
  here.time += 60'000;
  here.carry();
  REQUIRE(here.call->start(follower{child}.begin()).ok()); // somebody else has it now
  auto what = follower{parent}.then();
  what.what.children = {follower{child}.begin()};
  const auto owner = fmt::format("{:016x}", ada);
  const redis::promise with{"slow", {}};
  redis::command words{"FCALL", "quipu1_commit", "1"};
  words.add(prefix(1)).number(here.time.load()).add("0123456789abcdef/8");
  words.add(parent.id).add(owner).add(
      {reinterpret_cast<const char*>(what.stands_on.data()), what.stands_on.size()});
  redis::add(words, what.what, {}, &with);
  const auto said = here.look.say(words.bytes());
  REQUIRE(said->elements == 2);
  REQUIRE(std::string{said->element[1]->str} == "withdrawn");
  REQUIRE(here.call->apply(what).error() == failure{fault::taken, child});
}

TEST_CASE("a refused commit frees the ids that were reserved for it", "[crossing]") {
  crossing here;
  follower parent{in(1, "parent")};
  REQUIRE(here.call->start(parent.begin()).ok());
  follower child{in(2, "child")};
  auto what = follower{parent}.then();
  what.stands_on[0] ^= 1;
  what.what.children = {follower{child.id}.begin()};
  REQUIRE_FAULT(here.call->apply(what), fault::stale);
  REQUIRE(here.call->start(child.begin()).ok());
}

TEST_CASE("a signal that finds its wait answered by something else goes on to whoever waits then",
          "[crossing]") {
  crossing here;
  const auto board = board_in(2);
  follower job{in(1, "job")};
  REQUIRE(here.call->start(waiting_at(job, board, true)).ok());
  // It is offered, and on its way.
  const auto told = here.without("lrange", [&] { return here.call->send(knock({board}, "s1")); });
  REQUIRE_FAULT(told, fault::unreachable);
  REQUIRE(here.call->send(answer(job.id, "h.0", "m1")).ok());
  here.carry();
  REQUIRE(ids_of(here.call->read(job.id)->mail) == names{"m1"});
  follower next{in(3, "next")};
  REQUIRE(ids_of(here.call->start(waiting_at(next, board))->mail) == names{"s1"});
  REQUIRE(here.unfit() == names{});
}

TEST_CASE("a signal that finds its wait armed anew for something else goes on, too", "[crossing]") {
  crossing here;
  const auto board = board_in(2);
  follower job{in(1, "job")};
  REQUIRE(here.call->start(waiting_at(job, board)).ok());
  REQUIRE(here.call->seize(job.id, ada).ok());
  const auto told = here.without("lrange", [&] { return here.call->send(knock({board}, "s1")); });
  REQUIRE_FAULT(told, fault::unreachable);
  auto what = job.then();
  auto row = waiting("h.0");
  row.waits = {board_in(4)};
  what.what.obligations = {row};
  REQUIRE(here.call->apply(what)->mail.empty());
  here.carry();
  REQUIRE(here.call->read(job.id)->mail.empty());
  follower next{in(3, "next")};
  REQUIRE(ids_of(here.call->start(waiting_at(next, board))->mail) == names{"s1"});
  REQUIRE(*here.call->send(knock({board_in(4)}, "s2")) == signalled::answered);
  REQUIRE(here.unfit() == names{});
}

TEST_CASE("of two signals to one wait in another partition one is answered, the other is late",
          "[crossing]") {
  crossing here;
  const auto board = board_in(2);
  follower job{in(1, "job")};
  REQUIRE(here.call->start(waiting_at(job, board)).ok());
  std::promise<result<signalled>> one;
  std::promise<result<signalled>> two;
  here.store->send(knock({board}, "s1"), [&](result<signalled> how) { one.set_value(how); });
  here.store->send(knock({board}, "s2"), [&](result<signalled> how) { two.set_value(how); });
  REQUIRE(*one.get_future().get() == signalled::answered);
  REQUIRE_FAULT(two.get_future().get(), fault::not_found);
  REQUIRE(ids_of(here.call->read(job.id)->mail) == names{"s1"});
}

TEST_CASE("partitions that come back older go on: nothing that is sent then is taken for what was",
          "[crossing]") {
  const unsigned older = GENERATE(1U, 2U);
  INFO("the one that " << (older == 1 ? "sends" : "takes"));
  crossing here;
  follower to{in(2, "to")};
  REQUIRE(here.call->start(to.begin()).ok());
  int sent = 0;
  const auto send = [&] {
    follower from{in(1, fmt::format("from{}-", ++sent))};
    REQUIRE(here.call->start(from.begin()).ok());
    auto what = from.then();
    what.what.posts = {{to.id, {fmt::format("m{}", sent), "child", "", "data"}, false}};
    what.what.publications = {{"orders", "t", from.id, "p"}};
    REQUIRE(here.call->apply(what).ok());
  };
  for (int i = 0; i < 3; ++i) send();
  const kept before{here.look, older};
  for (int i = 0; i < 5; ++i) send();
  REQUIRE(here.call->read(to.id)->mail.size() == 8);
  before.restore();
  const auto known = here.call->read(to.id)->mail.size();
  REQUIRE(known == (older == 1 ? 8 : 3));
  send();
  here.carry();
  const auto got = ids_of(here.call->read(to.id)->mail);
  REQUIRE(got == names{"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"});
  REQUIRE(here.call->published()->size() == 9); // and none of them twice
}

TEST_CASE("what has been carried is kept for an hour", "[crossing]") {
  crossing here;
  follower from{in(1, "from")};
  REQUIRE(here.call->start(from.begin()).ok());
  auto what = from.then();
  what.what.posts = {{in(2, "to"), {"m1", "child", "", "data"}, false}};
  REQUIRE(here.call->apply(what).ok());
  here.time += 3'599'999;
  here.carry();
  REQUIRE(here.has(1, "out:2"));
  here.time += 1;
  here.carry();
  REQUIRE_FALSE(here.has(1, "out:2"));
}

TEST_CASE("a call touches the keys of one partition, and of no other", "[crossing]") {
  crossing here;
  const std::shared_ptr<redisContext> ears{redisConnectUnix(here.where.socket().c_str()),
                                           redisFree};
  const auto hear = [&] {
    void* got = nullptr;
    REQUIRE(redisGetReply(ears.get(), &got) == REDIS_OK);
    const std::shared_ptr<void> said{got, freeReplyObject};
    return std::string{static_cast<redisReply*>(got)->str};
  };
  const std::shared_ptr<void> begun{redisCommand(ears.get(), "MONITOR"), freeReplyObject};
  auto& call = *here.call;
  const auto board = board_in(2);
  follower parent{in(1, "parent")};
  REQUIRE(call.start(waiting_at(parent, board)).ok());
  REQUIRE(*call.send(knock({board}, "s1", "once")) == signalled::answered);
  REQUIRE(*call.send(knock({board_in(4)}, "s2")) == signalled::early);
  REQUIRE(call.claim(ada)->size() == 1);
  auto what = parent.then({"s1"});
  what.what.settled = {"h.0"};
  auto row = waiting("h.1");
  row.waits = {board_in(4), board};
  row.due_ms = first_ms + 10;
  row.backlog = "work";
  what.what.obligations = {row};
  what.what.children = {follower{in(3, "child")}.begin(), follower{in(1, "child")}.begin()};
  what.what.posts = {{in(5, "nobody"), {"m1", "child", "", "data"}, false}};
  what.what.signals = {knock({board_in(6)}, "s3")};
  what.what.signals[0].all = true;
  what.what.publications = {{"orders", "t", parent.id, "p"}};
  what.what.index = {{"by", "x"}};
  what.what.measured = measurement{"k", first_ms, first_ms + 10, {{"n", {}, 1, {}}}};
  REQUIRE(ids_of(call.apply(what)->mail) == names{"s2"});
  call.serve("work");
  REQUIRE(call.send(answer(parent.id, "", "m2")).ok());
  call.pop(ada);
  REQUIRE(call.condense(parent.id, 1, "c").ok());
  REQUIRE(call.seize(parent.id, ada).ok());
  REQUIRE(call.jobs({})->rows.size() == 3);
  REQUIRE(call.measures({"orders", "order.placed"})->rows.size() == 1);
  REQUIRE(here.unfit() == names{});
  REQUIRE(call.apply(parent.finish(first_ms + 10)).ok());
  here.time += 10;
  here.carry();
  REQUIRE(call.renew(bob).ok());
  here.time += 3'600'000;
  (void)call.take(ada, bob).ok();
  here.look({"PING", "over"});
  std::string asked;
  std::map<std::string, int> calls;
  for (auto line = hear(); line.find("\"over\"") == std::string::npos; line = hear()) {
    const auto key = [&](std::size_t from) {
      const auto at = line.find("\"quipu:{", from);
      const auto end = line.find("}:", at);
      return at == std::string::npos ? std::string{} : line.substr(at, end - at);
    };
    if (line.find("\"FCALL\"") != std::string::npos) {
      asked = key(0);
      ++calls[asked];
    } else if (line.find(" lua] ") != std::string::npos &&
               line.find(" lua] \"PUBLISH\"") == std::string::npos) {
      for (auto at = line.find("\"quipu:{"); at != std::string::npos;
           at = line.find("\"quipu:{", at + 1)) {
        INFO(line);
        REQUIRE(key(at) == asked);
      }
    }
  }
  REQUIRE(calls.size() == eight);
}

TEST_CASE("a namespace has as many partitions as it was made with", "[crossing]") {
  crossing here;
  REQUIRE(here.store->partitions() == eight);
  auto with = at(here.where);
  const auto why = [&] {
    const auto store = redis_ledger::open(with);
    return store ? std::string{} : store.error().message;
  };
  REQUIRE(why().empty());
  with.at.partitions = 4;
  REQUIRE(why().find("is of 8 partitions, not of 4") != std::string::npos);
  REQUIRE(why().find("partitions=8") != std::string::npos);
  with.at.space = "other";
  with.at.partitions = 0;
  REQUIRE(why().empty());
  with.at.partitions = 8;
  REQUIRE(why().find("is of 1 partition, not of 8") != std::string::npos);
}

} // namespace quipu::contract
