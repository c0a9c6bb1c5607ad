/// What is wrong in a store is found, and mended where it can be.

#include "lmdb_bridge/lmdb_ledger.hpp"
#include "lmdb_bridge/pages.hpp"
#include "tests/actors/staged.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

using namespace quipu;

namespace {

namespace fs = std::filesystem;

constexpr auto app = R"(app:
  id: x
  version: '1'
  graphs:
    - subscribes: mix
      expire: 0
      publishes: ended
      activities:
        t: {type: trigger}
        call: {type: worker, topic: echo, input: {maps: {n: '{t.output.data.n}'}}, job: {maps: {n: '{$self.output.data.n}'}}}
        below: {type: await, topic: .below, input: {maps: {n: '{t.output.data.n}'}}}
        gate: {type: hook, sleep: 1h, cycle: true}
        shelf: {type: worker, topic: nobody}
        again: {type: hook, cycle: true}
        more: {type: worker, topic: echo, input: {maps: {n: '{again.output.data.n}'}}}
        back: {type: cycle, ancestor: again, input: {maps: {n: {'@pipe': [['{more.output.data.n}', 1], ['{@math.add}']]}}}}
      transitions:
        t: [{to: call}, {to: below}, {to: again}]
        call: [{to: gate, conditions: {match: [{expected: true, actual: '{t.output.data.waits}'}]}},
               {to: shelf, conditions: {match: [{expected: true, actual: '{t.output.data.shelved}'}]}}]
        again: [{to: more}]
        more: [{to: back, conditions: {match: [{expected: true, actual: '{more.output.data.more}'}]}}]
      hooks: {go: [{to: gate, conditions: {match: [{expected: '{t.output.data.n}', actual: '{$self.hook.data.n}'}]}}]}
    - subscribes: .below
      activities: {bt: {type: trigger}, bw: {type: worker, topic: echo, input: {maps: {n: '{bt.output.data.n}'}}}}
      transitions: {bt: [{to: bw}]}
)";

/// A directory with jobs of all kinds, gone with this.
class filled {
public:
  filled() : path_(fs::temp_directory_path() / fmt::format("quipu-verify-{}", ::getpid())) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "copy");
    lmdb_ledger::options with;
    with.path = (path_ / "data").string();
    with.durable = lmdb_ledger::durability::relaxed;
    const virtual_clock time;
    with.clock = [time] { return time.now_ms; };
    const auto store = std::move(*lmdb_ledger::open(with));
    job_terms terms;
    terms.records = 16;
    staged fill{app, terms, store.get()};
    fill.serve("echo", [](const wish::call& asked) {
      const auto n = asked.what.input ? (*asked.what.input).value("n", json(0)) : json(0);
      return fine({{"n", n}, {"more", n.is_number() && n < 12}});
    });
    for (int n = 0; n < 14; ++n)
      REQUIRE(fill.on
                  .publish("mix",
                           {{"n", n},
                            {"waits", n % 3 == 0},
                            {"shelved", n % 4 == 0},
                            {"text", std::string(100 * n, 't')}},
                           fmt::format("m{}", n))
                  .ok());
    REQUIRE(fill.on.signal("go", {{"n", 3}}).ok());
    REQUIRE(fill.on.signal("go", {{"n", 1000}}, "early").ok());
  }
  ~filled() { fs::remove_all(path_); }
  filled(const filled&) = delete;
  filled& operator=(const filled&) = delete;

  [[nodiscard]] std::string data() const { return (path_ / "data").string(); }
  [[nodiscard]] std::string copy() const { return (path_ / "copy").string(); }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file{path_ / "data" / "data.mdb", std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  void write_copy(const std::string& bytes) const {
    fs::remove(path_ / "copy" / "lock.mdb");
    std::ofstream{path_ / "copy" / "data.mdb", std::ios::binary} << bytes;
  }

private:
  fs::path path_;
};

std::unique_ptr<lmdb_ledger> open(const std::string& directory, bool read_only) {
  lmdb_ledger::options with;
  with.path = directory;
  with.read_only = read_only;
  auto store = lmdb_ledger::open(std::move(with));
  return store ? std::move(*store) : nullptr;
}

/// What a reader of a directory gets to see; nothing: that something is wrong was found.
std::optional<std::string> seen_in(const std::string& directory) {
  const auto pages = lmdb::check_pages(directory);
  if (!pages || !pages->empty()) return std::nullopt;
  const auto store = open(directory, true);
  if (!store) return std::nullopt;
  const auto told = verify(*store, false);
  if (!told || !told->flaws.empty()) return std::nullopt;
  auto rows = staged::asked<std::vector<std::string>>([&](auto done) { store->dump(done); });
  if (!rows) return std::nullopt;
  std::string all;
  for (const auto& row : *rows) all += row + '\n';
  return all;
}

std::string lines(const std::vector<flaw>& flaws) {
  std::string all;
  for (const auto& each : flaws)
    all += each.where + ": " + each.what + (each.mended ? " (mended)\n" : "\n");
  return all;
}

} // namespace

TEST_CASE("in a store that is as it should be nothing is wrong") {
  const filled place;
  const auto pages = lmdb::check_pages(place.data());
  REQUIRE(pages);
  INFO(fmt::format("{}", pages->empty() ? "" : pages->front()));
  REQUIRE(pages->empty());
  const auto store = open(place.data(), true);
  REQUIRE(store);
  const auto told = verify(*store, false);
  REQUIRE(told);
  INFO(lines(told->flaws));
  CHECK(told->flaws.empty());
  CHECK(told->jobs == 28);
  CHECK(told->records > 300);
  CHECK(told->rows > 80);
}

TEST_CASE("a byte that was changed anywhere in the file is found, or changes nothing") {
  const filled place;
  const auto bytes = place.bytes();
  const auto whole = seen_in(place.data());
  REQUIRE(whole);
  std::mt19937 random{7};
  std::size_t found = 0;
  for (int round = 0; round < 1'000; ++round) {
    auto changed = bytes;
    const auto at = random() % changed.size();
    changed[at] = static_cast<char>(changed[at] ^ (1 + random() % 255));
    place.write_copy(changed);
    INFO("round " << round << ", byte " << at << " of " << bytes.size());
    const auto seen = seen_in(place.copy());
    found += seen ? 0 : 1;
    const bool harmless = !seen || *seen == *whole;
    REQUIRE(harmless);
  }
  CHECK(found > 300); // most of the file is in use
}

TEST_CASE("rows that stand for nothing are erased, rows that are missing are made") {
  const filled place;
  const auto store = open(place.data(), false);
  REQUIRE(store);
  audit_row row;
  std::string after;
  do { // a job's place in the list of running ones goes, another's in the ready queue comes
    const auto page =
        staged::asked<audit_page>([&](auto done) { store->audit(after, 1'000, done); });
    for (const auto& each : page->rows)
      if (each.table == "running" && !each.claimed) row = each;
    after = page->next;
  } while (!after.empty());
  REQUIRE(row.table == "running");
  REQUIRE(staged::asked<void>([&](auto done) { store->mend(row, done); }).ok());
  audit_row made{"ready", std::string(8, '\x7f'), std::string(7, '\0') + '\x01', true, {}, {}};
  REQUIRE(staged::asked<void>([&](auto done) { store->mend(made, done); }).ok());

  const auto told = *verify(*store, false);
  REQUIRE(told.flaws.size() == 2);
  INFO(lines(told.flaws));
  for (const auto& each : told.flaws) {
    CHECK_FALSE(each.mended);
    const bool is_list = each.where.starts_with("running ");
    CHECK_THAT(each.what, Catch::Contains(is_list ? "is missing, and job" : "no job says so"));
    CHECK(each.remedy == (is_list ? "it is made" : "it is erased"));
  }
  const auto mended = *verify(*store, true);
  REQUIRE(mended.flaws.size() == 2);
  CHECK(mended.flaws[0].mended);
  CHECK(mended.flaws[1].mended);
  CHECK(verify(*store, false)->flaws.empty());
}

TEST_CASE("a history that is damaged begins again with a checkpoint of the state, which is whole") {
  const filled place;
  const auto store = open(place.data(), false);
  REQUIRE(store);
  const auto before = *staged::asked<snapshot>([&](auto done) { store->read("m5", done); });
  // Some record of the job numbered 11 or so: all but the newest of it become one that says nothing.
  const auto page =
      *staged::asked<history_page>([&](auto done) { store->history("m5", 1, 1'000, done); });
  REQUIRE(page.records.size() > 3);
  std::uint64_t number = 0; // of the job in the file
  {
    const auto rows =
        *staged::asked<std::vector<std::string>>([&](auto done) { store->dump(done); });
    for (const auto& each : rows)
      if (each.starts_with("ids %02m5 "))
        number = std::stoul(each.substr(each.size() - 2), nullptr, 16);
  }
  REQUIRE(number > 0);
  std::string key(8, '\0');
  key[7] = static_cast<char>(number);
  key += std::string(7, '\0') + static_cast<char>(page.first);
  audit_row nonsense{"history", key, std::string{"\x01\x05wrong"}, true, {}, {}};
  REQUIRE(staged::asked<void>([&](auto done) { store->mend(nonsense, done); }).ok());

  auto told = *verify(*store, false);
  INFO(lines(told.flaws));
  REQUIRE(told.flaws.size() == 1);
  CHECK(told.flaws[0].where == "job \"m5\"");
  CHECK_THAT(told.flaws[0].remedy, Catch::Contains("checkpoint"));
  told = *verify(*store, true);
  REQUIRE(told.flaws.size() == 1);
  CHECK(told.flaws[0].mended);
  CHECK(verify(*store, false)->flaws.empty());
  const auto after = *staged::asked<snapshot>([&](auto done) { store->read("m5", done); });
  CHECK(after.fields == before.fields);
  CHECK(after.at == before.at);
}
