#pragma once

#include "collation/ledger.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

/// What the contract suite is written with: calls that wait, and makers of the usual values.
///
/// The suite is instantiated for each store of `QUIPU_CONTRACT_STORES`: default-constructible types
/// with `ledger& get()`, `std::atomic<std::int64_t>& time()` (what the store takes for the clock)
/// and `std::vector<std::string> dump()` (every row, one line each, the table's name first).
namespace quipu::contract {

inline constexpr std::int64_t first_ms = 1'700'000'000'000;
inline constexpr token nobody = 0;
inline constexpr token ada = 0xadaadaadaadaada0;
inline constexpr token bob = 0xb0bb0bb0bb0bb0b0;

/// Waits for the completion of one call.
template <class T, class Call>
result<T> await(Call call) {
  std::promise<result<T>> said;
  auto answer = said.get_future();
  call([&](result<T> value) { said.set_value(std::move(value)); });
  return answer.get();
}

using popped = std::vector<std::pair<std::string, std::vector<mail>>>;

class caller {
public:
  explicit caller(ledger& store) : store_{store} {}

  result<void> deploy(app_version what) {
    return await<void>([&](auto done) { store_.deploy(what, done); });
  }
  result<void> activate(std::string app, std::string version) {
    return await<void>([&](auto done) { store_.activate(app, version, done); });
  }
  result<app_version> fetch(std::string app, std::string version) {
    return await<app_version>([&](auto done) { store_.fetch(app, version, done); });
  }
  std::vector<app_version> apps() {
    return *await<std::vector<app_version>>([&](auto done) { store_.apps(done); });
  }
  result<void> renew(token mine, std::int64_t for_ms = 10'000) {
    return await<void>([&](auto done) { store_.renew(mine, for_ms, "here, 1", done); });
  }
  std::vector<lease> leases() {
    return *await<std::vector<lease>>([&](auto done) { store_.leases(done); });
  }
  result<std::vector<snapshot>> claim(token mine, std::size_t most = 100) {
    return await<std::vector<snapshot>>([&](auto done) { store_.claim(mine, most, done); });
  }
  result<std::vector<snapshot>> take(token dead, token mine, std::size_t most = 100) {
    return await<std::vector<snapshot>>([&](auto done) { store_.take(dead, mine, most, done); });
  }
  result<snapshot> seize(std::string job, token mine) {
    return await<snapshot>([&](auto done) { store_.seize(job, mine, done); });
  }
  popped pop(token mine, std::size_t most = 100) {
    return *await<popped>([&](auto done) { store_.pop(mine, most, done); });
  }
  result<receipt> start(birth what) {
    return await<receipt>([&](auto done) { store_.start(what, done); });
  }
  result<receipt> apply(commit what) {
    return await<receipt>([&](auto done) { store_.apply(what, done); });
  }
  result<void> send(post what) {
    return await<void>([&](auto done) { store_.send(what, done); });
  }
  result<signalled> send(signal what) {
    return await<signalled>([&](auto done) { store_.send(what, done); });
  }
  fired due(std::int64_t now_ms, std::size_t most = 256) {
    return *await<fired>([&](auto done) { store_.due(now_ms, most, done); });
  }
  std::size_t serve(std::string topic, std::size_t most = 100) {
    return *await<std::size_t>([&](auto done) { store_.serve(topic, most, done); });
  }
  result<void> scrub(std::string job) {
    return await<void>([&](auto done) { store_.scrub(job, done); });
  }
  result<void> condense(std::string job, std::uint64_t upto, std::string checkpoint) {
    return await<void>([&](auto done) { store_.condense(job, upto, checkpoint, done); });
  }
  result<audit_page> audit(std::string after = {}, std::size_t most = 7) {
    return await<audit_page>([&](auto done) { store_.audit(after, most, done); });
  }
  result<void> mend(audit_row what) {
    return await<void>([&](auto done) { store_.mend(what, done); });
  }
  result<snapshot> read(std::string job) {
    return await<snapshot>([&](auto done) { store_.read(job, done); });
  }
  result<history_page> history(std::string job, std::uint64_t first = 1, std::size_t most = 1000) {
    return await<history_page>([&](auto done) { store_.history(job, first, most, done); });
  }
  result<job_page> jobs(job_filter which) {
    return await<job_page>([&](auto done) { store_.jobs(which, done); });
  }
  result<measures_page> measures(measures_filter which) {
    return await<measures_page>([&](auto done) { store_.measures(which, done); });
  }
  result<std::vector<published_row>> published(std::string after = {}, std::size_t most = 100) {
    return await<std::vector<published_row>>(
        [&](auto done) { store_.published(after, most, done); });
  }

private:
  ledger& store_;
};

inline app_version version(std::string name = "1") {
  return {"orders", name, "hash-" + name, "source-" + name, {"order.placed"}, false};
}

/// A store with an active app and a lease for ada.
template <class Store>
struct bench : Store {
  caller call{this->get()};

  bench() {
    REQUIRE(call.deploy(version()).ok());
    REQUIRE(call.activate("orders", "1").ok());
    REQUIRE(call.renew(ada).ok());
  }

  void pass(std::int64_t ms) { this->time() += ms; }
  std::int64_t now() { return this->time(); }

  /// Every row that is about jobs.
  std::vector<std::string> rows() {
    auto all = this->dump();
    std::erase_if(all, [](const std::string& line) {
      return line.starts_with("apps ") || line.starts_with("leases ") || line.starts_with("meta ");
    });
    return all;
  }
};

/// A job as its owner follows it: knows the head and makes the next commit.
struct follower {
  std::string id;
  token owner = ada;
  head at{};
  int records = 0;

  /// The write behind the last one, with one record.
  write next() {
    write what;
    what.records.push_back(id + " record " + std::to_string(++records));
    at = chain(what.records.back(), at);
    what.makes = at;
    return what;
  }

  birth begin() {
    birth what;
    what.job = id;
    what.gid = "gid of " + id;
    what.app = "orders";
    what.version = "1";
    what.topic = "order.placed";
    what.created_ms = first_ms;
    what.owner = owner;
    what.first = next();
    return what;
  }

  commit then(std::vector<std::string> consumed = {}) {
    commit what;
    what.job = id;
    what.owner = owner;
    what.stands_on = at;
    what.consumed = std::move(consumed);
    what.what = next();
    return what;
  }

  commit finish(std::optional<std::int64_t> expires_ms = {}) {
    auto what = then();
    what.what.ended = end_mark{"completed", first_ms + 5, expires_ms};
    return what;
  }
};

inline obligation_row waiting(std::string name) {
  obligation_row row;
  row.name = std::move(name);
  row.body = "body";
  return row;
}

inline post answer(std::string job, std::string obligation, std::string id = "m1") {
  return {std::move(job), {std::move(id), "complete", std::move(obligation), "data"}, false};
}

inline signal knock(std::vector<std::string> boards, std::string mail_id = "s1",
                    std::string id = {}) {
  signal what;
  what.id = std::move(id);
  what.boards = std::move(boards);
  what.what = {std::move(mail_id), "signal", {}, "payload"};
  what.keep_until_ms = first_ms + 3'600'000;
  return what;
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& jobs) {
  std::vector<std::string> names;
  for (const auto& one : jobs) names.push_back(one.job);
  return names;
}

inline std::vector<std::string> ids_of(const std::vector<mail>& inbox) {
  std::vector<std::string> ids;
  for (const auto& one : inbox) ids.push_back(one.id);
  return ids;
}

using names = std::vector<std::string>;

/// A store of several partitions gives several jobs in no order.
template <class Store>
concept in_parts = requires { Store::partitions; };

template <class Store>
names in_order(names of) {
  if constexpr (in_parts<Store>) std::sort(of.begin(), of.end());
  return of;
}

/// Fails unless the call was refused with this fault.
#define REQUIRE_FAULT(expression, code_)                                                           \
  do {                                                                                             \
    const auto refused_ = (expression);                                                            \
    REQUIRE_FALSE(refused_.ok());                                                                  \
    INFO(refused_.error().message);                                                                \
    REQUIRE(name(refused_.error().code) == name(code_));                                           \
  } while (false)

} // namespace quipu::contract
