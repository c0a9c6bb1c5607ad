#include "tests/lmdb_bridge/lmdb_store.hpp"

#include <fmt/format.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

namespace quipu::contract {

namespace {

lmdb_ledger::options at(const std::string& path) {
  lmdb_ledger::options with;
  with.path = path;
  with.map_size = std::size_t{1} << 28U;
  return with;
}

failure refused(lmdb_ledger::options with) {
  const auto store = lmdb_ledger::open(std::move(with));
  REQUIRE_FALSE(store.ok());
  INFO(store.error().message);
  return store.error();
}

unsigned mode_of(const std::string& path) {
  struct stat seen {};
  REQUIRE(stat(path.c_str(), &seen) == 0);
  return seen.st_mode & 0777U;
}

void fill(const std::string& path, int jobs) {
  const auto store = opened(at(path));
  caller call{*store};
  (void)call.deploy(version()).ok();
  (void)call.activate("orders", "1").ok();
  for (int i = 0; i < jobs; ++i) {
    auto what = follower{"o-" + std::to_string(i), nobody}.begin();
    what.first.set = {{"big", std::string(20'000, 'b')}};
    REQUIRE(call.start(what).ok());
  }
}

} // namespace

TEST_CASE("a directory is made for its owner alone, and so are its files") {
  const scratch place;
  const auto path = place.path() + "/new/data";
  const auto store = opened(at(path));
  REQUIRE(mode_of(path) == 0700);
  for (const auto* file : {"/data.mdb", "/quipu.lock"}) REQUIRE(mode_of(path + file) == 0600);
}

TEST_CASE("a directory is for one engine, and the message says who has it and since when") {
  const scratch place;
  const auto store = opened(at(place.path()));
  const auto why = refused(at(place.path()));
  REQUIRE(why.code == fault::conflict);
  REQUIRE_THAT(why.message, Catch::Contains(fmt::format("pid {}", getpid())));
  REQUIRE_THAT(why.message, Catch::Contains("since 20"));
  auto looking = at(place.path());
  looking.read_only = true;
  REQUIRE(refused(looking).code == fault::conflict);
}

TEST_CASE("a directory without an engine can be looked at and not changed") {
  const scratch place;
  auto looking = at(place.path());
  looking.read_only = true;
  REQUIRE(refused(looking).code == fault::not_found);
  fill(place.path(), 3);
  const auto store = opened(looking);
  const auto another = opened(looking);
  caller call{*store};
  REQUIRE(call.read("o-1")->fields.size() == 1);
  REQUIRE(call.jobs({})->rows.size() == 3);
  REQUIRE_FAULT(call.start(follower{"x", nobody}.begin()), fault::unavailable);
  REQUIRE_FAULT(call.renew(ada), fault::unavailable);
  REQUIRE(refused(at(place.path())).code == fault::conflict);
}

TEST_CASE("a store that is opened again has everything, and every lease in it has lapsed") {
  lmdb_sync store;
  caller call{store.get()};
  REQUIRE(call.deploy(version()).ok());
  REQUIRE(call.activate("orders", "1").ok());
  REQUIRE(call.renew(ada).ok());
  follower job{"o-1"};
  auto first = job.begin();
  first.first.set = {{"small", "s"}, {"big", std::string(9000, 'b')}};
  first.first.obligations = {waiting("a.0")};
  first.first.obligations[0].waits = {"x"};
  REQUIRE(call.start(first).ok());
  REQUIRE(call.send(answer("o-1", "", "m1")).ok());
  const auto before = store.dump();
  const auto seen = *call.read("o-1");

  store.close();
  store.open();
  caller again{store.get()};
  REQUIRE(again.read("o-1")->fields == seen.fields);
  REQUIRE(again.read("o-1")->mail == seen.mail);
  REQUIRE(again.leases().size() == 1);
  REQUIRE_FAULT(again.renew(ada), fault::fenced);
  REQUIRE(again.renew(bob).ok());
  REQUIRE(names_of(*again.take(ada, bob)) == names{"o-1"});
  REQUIRE(*again.send(knock({"x"})) == signalled::answered);
  REQUIRE(again.start(follower{"o-2", bob}.begin()).ok());
}

TEST_CASE("a store's time does not go back when the wall clock has") {
  const scratch place;
  auto with = at(place.path());
  with.clock = [] { return std::int64_t{4'000'000'000'000}; }; // the year 2096
  {
    const auto store = opened(with);
    caller call{*store};
    REQUIRE(call.deploy(version()).ok());
    REQUIRE(call.activate("orders", "1").ok());
    REQUIRE(call.start(follower{"o-1", nobody}.begin()).ok());
  }
  const auto store = opened(at(place.path()));
  REQUIRE(store->now() >= 4'000'000'000'000);
}

TEST_CASE("a data file that was cut short is refused") {
  const scratch place;
  fill(place.path(), 100);
  const auto whole = std::filesystem::file_size(place.data());
  for (auto size : {whole - 4096 * 20, whole / 2, std::uintmax_t{8192}, std::uintmax_t{100},
                    std::uintmax_t{0}}) {
    INFO("cut to " << size << " of " << whole);
    std::filesystem::resize_file(place.data(), size);
    const auto why = refused(at(place.path()));
    REQUIRE(name(why.code) == name(fault::corrupt));
    REQUIRE_THAT(why.message, Catch::Contains("data.mdb"));
  }
}

TEST_CASE("a directory that has lost its data file is refused until it is put back") {
  const scratch place;
  fill(place.path(), 10);
  const auto aside = place.path() + "/aside";
  std::filesystem::rename(place.data(), aside);
  for (const bool only_looks : {false, true}) {
    auto how = at(place.path());
    how.read_only = only_looks;
    const auto why = refused(how);
    REQUIRE(why.code == fault::corrupt);
    REQUIRE_THAT(why.message, Catch::Contains("data.mdb is gone, and a store was kept here"));
  }
  REQUIRE_FALSE(std::filesystem::exists(place.data()));
  std::filesystem::rename(aside, place.data());
  REQUIRE(opened(at(place.path())) != nullptr);
  SECTION("who made the directory and died before there was a store has lost nothing") {
    std::filesystem::remove(place.data());
    std::ofstream{place.path() + "/quipu.lock"} << "pid 1 on here, since 2026-11-30 20:18:16 UTC\n";
    REQUIRE(opened(at(place.path())) != nullptr);
  }
}

TEST_CASE("a file that is not quipu's is refused") {
  const scratch place;
  SECTION("some text") { std::ofstream{place.data()} << std::string(50'000, 'x'); }
  SECTION("another program's LMDB file") {
    MDB_env* env = nullptr;
    mdb_env_create(&env);
    REQUIRE(mdb_env_open(env, place.path().c_str(), 0, 0600) == 0);
    MDB_txn* txn = nullptr;
    REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
    MDB_dbi dbi = 0;
    REQUIRE(mdb_dbi_open(txn, nullptr, 0, &dbi) == 0);
    MDB_val text{3, const_cast<char*>("key")};
    REQUIRE(mdb_put(txn, dbi, &text, &text, 0) == 0);
    REQUIRE(mdb_txn_commit(txn) == 0);
    mdb_env_close(env);
  }
  const auto why = refused(at(place.path()));
  REQUIRE(name(why.code) == name(fault::corrupt));
  REQUIRE_THAT(why.message, Catch::Contains("quipu"));
}

TEST_CASE("a newer format and an older one are refused and named") {
  for (char theirs : {'\x02', '\x04'}) {
    const scratch place;
    fill(place.path(), 1);
    MDB_env* env = nullptr;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 1);
    REQUIRE(mdb_env_open(env, place.path().c_str(), 0, 0600) == 0);
    MDB_txn* txn = nullptr;
    REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
    MDB_dbi dbi = 0;
    REQUIRE(mdb_dbi_open(txn, "meta", 0, &dbi) == 0);
    MDB_val name_of{6, const_cast<char*>("format")};
    MDB_val value{1, &theirs};
    REQUIRE(mdb_put(txn, dbi, &name_of, &value, 0) == 0);
    REQUIRE(mdb_txn_commit(txn) == 0);
    mdb_env_close(env);
    const auto why = refused(at(place.path()));
    REQUIRE(why.code == fault::unavailable);
    REQUIRE_THAT(why.message, Catch::Contains(theirs == '\x02' ? "format 2" : "format 4"));
    REQUIRE_THAT(why.message,
                 Catch::Contains(theirs == '\x02' ? "the quipu that wrote it" : "a newer quipu"));
  }
}

TEST_CASE("a directory that cannot be made or written is refused with the reason") {
  const scratch place;
  std::ofstream{place.path() + "/file"} << "not a directory";
  const auto why = refused(at(place.path() + "/file"));
  REQUIRE(why.code == fault::unavailable);
  REQUIRE_THAT(why.message, Catch::Contains("Not a directory"));
  if (geteuid() == 0) {
    WARN("skipped: root may write a read-only directory");
    return;
  }
  std::filesystem::permissions(place.path(), std::filesystem::perms::owner_read |
                                                 std::filesystem::perms::owner_exec);
  REQUIRE(refused(at(place.path())).code == fault::unavailable);
}

} // namespace quipu::contract
