#include "tests/bench/load.hpp"
#include "tests/bench/raw.hpp"

#include <fmt/format.h>

#include <lmdb.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>

namespace quipu::bench {

namespace {

constexpr std::chrono::milliseconds longest_unsynced{20};
/// As in seq5: so many jobs under way, each of six commits, then others.
constexpr std::uint64_t jobs = 64;
constexpr std::uint64_t commits_a_job = 6;

void must(int code) {
  if (code != MDB_SUCCESS) give_up(fmt::format("LMDB: {}", mdb_strerror(code)));
}

/// Big-endian, so that keys lie in the order of their numbers.
std::uint64_t ordered(std::uint64_t number) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
}

} // namespace

double raw_lmdb(const std::string& directory, std::size_t batch, seconds for_long) {
  using clock = std::chrono::steady_clock;
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  MDB_env* env = nullptr;
  must(mdb_env_create(&env));
  must(mdb_env_set_mapsize(env, std::size_t{8} << 30U));
  must(mdb_env_set_maxdbs(env, 2));
  must(mdb_env_open(env, directory.c_str(), MDB_NOTLS, 0600));
  MDB_txn* txn = nullptr;
  MDB_dbi rows = 0;
  MDB_dbi records = 0;
  must(mdb_txn_begin(env, nullptr, 0, &txn));
  must(mdb_dbi_open(txn, "rows", MDB_CREATE, &rows));
  must(mdb_dbi_open(txn, "records", MDB_CREATE, &records));
  must(mdb_txn_commit(txn));

  std::array<char, raw_row_bytes> row{};
  std::array<char, raw_record_bytes> record{};
  std::array<std::uint64_t, 2> key{};
  const auto put = [&](MDB_dbi into, std::size_t key_size, auto& data) {
    MDB_val k{key_size, key.data()};
    MDB_val v{data.size(), data.data()};
    must(mdb_put(txn, into, &k, &v, 0));
  };
  std::uint64_t commits = 0;
  const auto begun = clock::now();
  while (clock::now() - begun < for_long) {
    must(mdb_txn_begin(env, nullptr, 0, &txn));
    const auto until = clock::now() + longest_unsynced;
    for (std::size_t each = 0; batch == 0 ? clock::now() < until : each < batch;
         ++each, ++commits) {
      key = {ordered(commits / (jobs * commits_a_job) * jobs + commits % jobs),
             ordered(commits / jobs % commits_a_job)};
      put(rows, sizeof key[0], row);
      put(records, sizeof key, record);
    }
    must(mdb_txn_commit(txn));
  }
  const seconds took = clock::now() - begun;
  mdb_env_close(env);
  std::filesystem::remove_all(directory);
  return static_cast<double>(commits) / took.count();
}

} // namespace quipu::bench
