#pragma once

#include "tests/contract/audited.hpp"

#include <fmt/format.h>

#include <map>
#include <random>

/// A random walk through the contract: the same seed makes the same calls, so that what every call
/// said can be compared between stores, byte for byte.
namespace quipu::contract {

inline std::string text_of(const mail& in) {
  return fmt::format("[{} {} {} {}]", in.id, in.kind, in.obligation, in.body);
}

inline std::string text_of(const std::vector<mail>& inbox) {
  std::string text;
  for (const auto& in : inbox) text += text_of(in);
  return text;
}

inline std::string text_of(const receipt& told) {
  return fmt::format("repeated {} owned {} {}", told.repeated, told.owned, text_of(told.mail));
}

inline std::string text_of(const snapshot& seen) {
  auto text = fmt::format("{} {} {} {} {} {} {} {} {} {:x} {} {}", seen.job, seen.gid, seen.app,
                          seen.version, seen.topic, seen.parent, seen.state, seen.created_ms,
                          seen.ended_ms, seen.owner, to_hex(seen.at), seen.records);
  for (const auto& [name, bytes] : seen.fields) text += fmt::format(" {}={}", name, bytes);
  for (const auto& row : seen.obligations)
    text +=
        fmt::format(" {}:{}:{}{}{}:{}:{}:{}", row.name, row.body, row.answerable, row.standing,
                    row.returns, row.due_ms.value_or(0), fmt::join(row.waits, ","), row.backlog);
  return text + ' ' + text_of(seen.mail);
}

inline std::string text_of(const std::vector<snapshot>& all) {
  std::string text;
  for (const auto& seen : all) text += text_of(seen) + '\n';
  return text;
}

inline std::string text_of(signalled how) { return fmt::format("{}", static_cast<int>(how)); }

template <class T>
std::string text_of(const result<T>& answer) {
  if (!answer) return fmt::format("{}: {}", name(answer.error().code), answer.error().message);
  if constexpr (std::is_void_v<T>)
    return "done";
  else
    return text_of(*answer);
}

template <class Store>
class walk {
public:
  explicit walk(unsigned seed) : random_{seed} {
    for (auto owner : owners_) (void)store_.call.renew(owner, 5000).ok();
  }

  /// What was said, call by call.
  std::vector<std::string> said;

  void step() {
    const auto before = store_.rows();
    const auto calls = said.size();
    refused_ = false;
    call();
    // A call that is refused alters nothing.
    if (refused_ && said.size() == calls + 1) {
      INFO(said.back());
      REQUIRE(store_.rows() == before);
    }
  }

  void look_at_everything() {
    for (const auto& id : ids_) {
      say("read", store_.call.read(id));
      const auto page = store_.call.history(id);
      said.push_back(page ? fmt::format("{} {} {} {}", page->first, page->total, page->checkpoint,
                                        fmt::join(page->records, "|"))
                          : "none");
    }
    job_filter which;
    which.most = 3;
    do {
      const auto page = *store_.call.jobs(which);
      for (const auto& row : page.rows)
        said.push_back(
            fmt::format("{} {} {} {}", row.job, row.state, row.created_ms, row.ended_ms));
      which.after = page.next;
    } while (!which.after.empty());
    for (const auto& value : boards_) {
      const auto page = *store_.call.jobs({.index = field{"by", value}});
      for (const auto& row : page.rows) said.push_back(fmt::format("by {}: {}", value, row.job));
    }
    for (const auto& topic : boards_) {
      measures_filter of{"orders", topic};
      of.most = 2;
      do {
        const auto page = *store_.call.measures(of);
        for (const auto& row : page.rows)
          for (const auto& [name, text, amount] : row.cells)
            said.push_back(
                fmt::format("{} {} {}: {} {} {}", topic, row.key, row.from_ms, name, text, amount));
        of.after = page.next;
      } while (!of.after.empty());
    }
    const auto all = *store_.call.published();
    for (const auto& row : all)
      said.push_back(fmt::format("{} {} {}", row.id, row.at_ms, row.what.body));
    for (const auto& held : store_.call.leases())
      said.push_back(fmt::format("{:x} {}", held.owner, held.until_ms));
    REQUIRE(without_their_likes(audited(store_.call)) == names{});
  }

  /// Ends every job and lets time pass: what is left then?
  std::vector<std::string> rows_after_all() {
    const token last = 0x1a57;
    REQUIRE(store_.call.renew(last).ok());
    const auto running = store_.call.jobs({.state = "running", .most = 1000});
    for (const auto& row : running->rows) {
      const auto seen = *store_.call.seize(row.job, last);
      commit what;
      what.job = row.job;
      what.owner = last;
      what.stands_on = seen.at;
      what.what.records = {"the end"};
      what.what.makes = chain("the end", seen.at);
      what.what.ended = end_mark{"interrupted", store_.now(), store_.now()};
      REQUIRE(store_.call.apply(what).ok());
    }
    store_.pass(200'000'000);
    const auto ended = store_.call.jobs({.most = 1000});
    for (const auto& row : ended->rows) (void)store_.call.scrub(row.job).ok();
    while (store_.call.due(store_.now(), 7).count > 0) {
    }
    return store_.rows();
  }

private:
  struct known {
    head at{};
    int records = 0;
    std::vector<std::string> mail;
  };

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[below(of.size())];
  }

  template <class T>
  void say(std::string_view what, const result<T>& answer) {
    refused_ = !answer.ok();
    said.push_back(fmt::format("{} {}: {}", said.size(), what, text_of(answer)));
  }

  std::string obligation() { return fmt::format("{}.{}", any(hooks_), below(2)); }

  obligation_row some_row() {
    auto row = waiting(obligation());
    row.body = std::string(chance(5) ? 1500 : 3, static_cast<char>('a' + below(26)));
    row.answerable = chance(80);
    row.standing = chance(20);
    row.returns = chance(50);
    if (chance(30)) row.due_ms = store_.now() + static_cast<std::int64_t>(below(400));
    for (auto waits = chance(40) ? below(3) : 0; waits > 0; --waits)
      row.waits.push_back(any(boards_));
    if (chance(20)) row.backlog = any(boards_);
    return row;
  }

  post some_post() {
    auto sent = answer(any(ids_), chance(80) ? obligation() : "", fmt::format("m{}", below(60)));
    sent.what.body = std::string(chance(5) ? 1500 : 3, 'p');
    sent.keeps_open = chance(20);
    return sent;
  }

  measurement some_measurement() {
    measurement what{any(hooks_), store_.now() - store_.now() % 200, {}, {}};
    if (chance(10)) what.key = std::string(120, 'k');
    what.until_ms = store_.now() + static_cast<std::int64_t>(below(400));
    using kind = addition::kind;
    what.adds.push_back({"n", kind::sum, static_cast<std::int64_t>(below(9)) - 4, {}});
    what.adds.push_back({"low", kind::least, 0, any(ids_)});
    what.adds.push_back({"high", kind::most, 0, any(ids_)});
    if (chance(50)) what.adds.push_back({"each", kind::tally, 1, any(hooks_)});
    return what;
  }

  write some_write(const std::string& id, known& of, unsigned depth) {
    write what;
    for (auto records = 1 + below(2); records > 0; --records) {
      what.records.push_back(fmt::format("{} {} {}", id, ++of.records, random_()));
      of.at = chain(what.records.back(), of.at);
    }
    what.makes = of.at;
    for (auto fields = below(4); fields > 0; --fields)
      what.set.push_back({fmt::format("f{}", below(8)),
                          std::string(chance(20) ? 1000 + below(2000) : below(700), 'f')});
    if (chance(20)) what.unset.push_back(fmt::format("f{}", below(8)));
    for (auto rows = below(4); rows > 0; --rows) what.obligations.push_back(some_row());
    if (chance(5))
      for (int i = 0; i < 20; ++i) what.obligations.push_back(waiting(fmt::format("many.{}", i)));
    for (auto rows = below(3); rows > 0; --rows) what.settled.push_back(obligation());
    if (chance(10)) what.settled.push_back(fmt::format("many.{}", below(20)));
    if (depth > 0 && chance(15)) what.children.push_back(some_birth(any(ids_), depth - 1));
    if (chance(15)) what.posts.push_back(some_post());
    if (chance(10)) {
      what.signals.push_back(knock({any(boards_)}, fmt::format("w{}", below(1000))));
      what.signals.back().all = chance(50);
    }
    if (chance(10)) what.publications.push_back({"orders", "t", id, "published"});
    if (chance(15)) what.index.push_back({"by", any(boards_)});
    if (chance(25)) what.measured = some_measurement();
    what.gives_back = chance(40);
    if (chance(6)) {
      what.ended = end_mark{"completed", store_.now(), {}};
      if (chance(70)) what.ended->expires_ms = store_.now() + 300;
    }
    return what;
  }

  birth some_birth(const std::string& id, unsigned depth) {
    known fresh;
    birth what;
    what.job = id;
    what.gid = fmt::format("gid {}", random_());
    what.app = "orders";
    what.version = chance(95) ? "1" : "2";
    what.topic = any(boards_);
    what.parent = depth == 0 ? "parent" : "";
    what.created_ms = store_.now();
    what.owner = chance(70) ? any(owners_) : nobody;
    what.first = some_write(id, fresh, depth);
    return what;
  }

  // Follows the job as it is, sometimes as it was.
  void commit_something() {
    const auto id = any(ids_);
    const auto seen = store_.call.read(id);
    if (!seen) return;
    commit what;
    what.job = id;
    what.owner = chance(90) ? seen->owner : any(owners_);
    what.stands_on = seen->at;
    if (chance(5)) what.stands_on[3] ^= 1;
    for (const auto& in : seen->mail)
      if (chance(60)) what.consumed.push_back(in.id);
    if (chance(4)) what.consumed.push_back("m no");
    known of{seen->at, static_cast<int>(seen->records), {}};
    what.what = some_write(id, of, 1);
    say("apply " + id, store_.call.apply(what));
    made_.push_back(what);
  }

  void call() {
    switch (below(16)) {
    case 0: return say("start", store_.call.start(some_birth(any(ids_), 1)));
    case 1:
      if (!made_.empty()) say("again", store_.call.apply(any(made_)));
      return;
    case 2: return say("send", store_.call.send(some_post()));
    case 3:
    case 4: {
      auto what = knock({any(boards_)}, fmt::format("s{}", below(1000)));
      if (chance(40)) what.boards.push_back(any(boards_));
      if (chance(30)) what.id = fmt::format("id{}", below(10));
      what.keeps_open = chance(20);
      what.all = chance(20);
      what.what.body = chance(50) ? "one" : "two";
      what.keep_until_ms = store_.now() + static_cast<std::int64_t>(below(300));
      return say("signal", store_.call.send(what));
    }
    case 5: {
      store_.pass(static_cast<std::int64_t>(below(100)));
      const auto done = store_.call.due(store_.now(), 1 + below(5));
      said.push_back(fmt::format("due {} {}", done.count, done.next_due_ms.value_or(0)));
      return;
    }
    case 6: {
      said.push_back(fmt::format("serve {}", store_.call.serve(any(boards_), 1 + below(3))));
      return;
    }
    case 7: return say("claim", store_.call.claim(any(owners_), 1 + below(3)));
    case 8: {
      const auto dead = any(owners_);
      say("take", store_.call.take(dead, any(owners_), 1 + below(3)));
      // A token that is spent is drawn anew.
      for (auto& owner : owners_)
        if (chance(20) && !store_.call.renew(owner, 500)) owner = random_() | 1U;
      return;
    }
    case 9: return say("seize", store_.call.seize(any(ids_), any(owners_)));
    case 10: {
      std::string text = "pop";
      for (const auto& [id, inbox] : store_.call.pop(any(owners_), 1 + below(3)))
        text += ' ' + id + text_of(inbox);
      said.push_back(text);
      return;
    }
    case 11: return say("renew", store_.call.renew(any(owners_), 500));
    case 12:
      if (chance(30)) say("scrub", store_.call.scrub(any(ids_)));
      if (chance(70))
        say("condense", store_.call.condense(any(ids_), below(8), fmt::format("k{}", below(100))));
      return;
    default: return commit_something();
    }
  }

  std::mt19937 random_; // its numbers are the same everywhere; distributions' are not
  bench<Store> store_;
  bool refused_ = false;
  std::vector<std::string> ids_{"a", "b", "c", "d", std::string{"e\0f", 3}, "\xc3\xa4"};
  std::vector<std::string> hooks_{"h", "k", "l"};
  std::vector<std::string> boards_{"x", "y", "z"};
  std::vector<token> owners_{ada, bob, 7};
  std::vector<commit> made_;
};

/// What a seed leads to in one store, with the check that nothing is left in the end.
template <class Store>
std::vector<std::string> walked(unsigned seed, int steps) {
  walk<Store> here{seed};
  for (int i = 0; i < steps; ++i) here.step();
  here.look_at_everything();
  REQUIRE(here.rows_after_all() == names{});
  return here.said;
}

} // namespace quipu::contract
