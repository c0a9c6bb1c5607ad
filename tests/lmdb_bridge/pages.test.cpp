#include "lmdb_bridge/pages.hpp"
#include "tests/lmdb_bridge/lmdb_store.hpp"

#include <lmdb.h>

#include <cstring>
#include <fstream>

namespace quipu::contract {

namespace {

/// What a transaction has on the list of free pages: how many, then their numbers.
using free_list = std::vector<std::uint64_t>;

MDB_env* open_env(const std::string& path) {
  MDB_env* env = nullptr;
  mdb_env_create(&env);
  mdb_env_set_maxdbs(env, 1);
  REQUIRE(mdb_env_open(env, path.c_str(), 0, 0600) == 0);
  return env;
}

void write_rows(MDB_env* env, char with) {
  MDB_txn* txn = nullptr;
  REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  MDB_dbi rows = 0;
  REQUIRE(mdb_dbi_open(txn, "rows", MDB_CREATE, &rows) == 0);
  std::string value(6'000, with); // two pages
  for (char name : {'a', 'b', 'c'}) {
    MDB_val at{1, &name};
    MDB_val what{value.size(), value.data()};
    REQUIRE(mdb_put(txn, rows, &at, &what, 0) == 0);
  }
  REQUIRE(mdb_txn_commit(txn) == 0);
}

std::vector<free_list> free_lists(MDB_env* env) {
  MDB_txn* txn = nullptr;
  REQUIRE(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0);
  MDB_cursor* at = nullptr;
  REQUIRE(mdb_cursor_open(txn, 0, &at) == 0);
  std::vector<free_list> all;
  MDB_val key{};
  MDB_val value{};
  while (mdb_cursor_get(at, &key, &value, MDB_NEXT) == 0) {
    auto& list = all.emplace_back(value.mv_size / sizeof(std::uint64_t));
    std::memcpy(list.data(), value.mv_data, value.mv_size);
  }
  mdb_cursor_close(at);
  mdb_txn_abort(txn);
  return all;
}

std::vector<std::string> check_pages_of(const scratch& place) {
  const auto faults = lmdb::check_pages(place.path());
  REQUIRE(faults.ok());
  return *faults;
}

std::string read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE("a page that two transactions have on the list of free pages is found") {
  const scratch place;
  auto* env = open_env(place.path());
  // What a reader may still look at is not taken from the list.
  write_rows(env, '0');
  MDB_txn* reader = nullptr;
  REQUIRE(mdb_txn_begin(env, nullptr, MDB_RDONLY, &reader) == 0);
  for (char with : {'1', '2', '3'}) write_rows(env, with);
  mdb_txn_abort(reader);
  const auto lists = free_lists(env);
  mdb_env_close(env);
  REQUIRE(lists.size() >= 2);
  REQUIRE(lists[0].size() >= 4);
  REQUIRE(lists[1].size() >= 4);
  REQUIRE(check_pages_of(place) == std::vector<std::string>{});

  // The middle one of a list becomes one of another list.
  const auto bytes_of = [](const free_list& list) {
    return std::string{reinterpret_cast<const char*>(list.data()), list.size() * sizeof list[0]};
  };
  auto twice = lists[1];
  twice[2] = lists[0][2];
  auto bytes = read_file(place.data());
  const auto before = bytes_of(lists[1]);
  for (auto at = bytes.find(before); at != std::string::npos; at = bytes.find(before, at + 1))
    bytes.replace(at, before.size(), bytes_of(twice));
  std::ofstream{place.data(), std::ios::binary} << bytes;
  const auto faults = check_pages_of(place);
  REQUIRE(faults.size() == 1);
  REQUIRE(faults[0] == "page " + std::to_string(twice[2]) + " is free twice");
}

} // namespace quipu::contract
