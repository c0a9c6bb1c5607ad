#include "tests/bench/workload.hpp"

#include <lmdb.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace quipu::bench {

namespace {

void must(int code) {
  if (code != MDB_SUCCESS) {
    std::fprintf(stderr, "bench: LMDB: %s\n", mdb_strerror(code));
    std::exit(1);
  }
}

/// Big-endian, so that keys lie in the order of their numbers.
std::string key_of(std::uint64_t high, std::uint64_t low) {
  std::string key;
  for (const auto number : {high, low})
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

} // namespace

double raw_lmdb(const std::string& directory, std::size_t batch, double seconds) {
  using clock = std::chrono::steady_clock;
  constexpr std::uint64_t jobs = 64;
  std::filesystem::create_directories(directory);
  MDB_env* env = nullptr;
  must(mdb_env_create(&env));
  must(mdb_env_set_mapsize(env, std::size_t{8} << 30U));
  must(mdb_env_set_maxdbs(env, 2));
  must(mdb_env_open(env, directory.c_str(), MDB_NOTLS, 0600));
  const std::string row(600, 'r');
  const std::string record(300, 'h');
  MDB_dbi rows = 0;
  MDB_dbi records = 0;
  const auto put = [](MDB_txn* txn, MDB_dbi into, const std::string& key, const std::string& data) {
    MDB_val k{key.size(), const_cast<char*>(key.data())};
    MDB_val v{data.size(), const_cast<char*>(data.data())};
    must(mdb_put(txn, into, &k, &v, 0));
  };
  std::uint64_t commits = 0;
  const auto begun = clock::now();
  while (std::chrono::duration<double>(clock::now() - begun).count() < seconds) {
    MDB_txn* txn = nullptr;
    must(mdb_txn_begin(env, nullptr, 0, &txn));
    must(mdb_dbi_open(txn, "rows", MDB_CREATE, &rows));
    must(mdb_dbi_open(txn, "records", MDB_CREATE, &records));
    // As in seq5: 64 jobs in flight, each of six commits, then others.
    for (std::size_t each = 0; each < batch; ++each, ++commits) {
      const auto job = commits / (jobs * 6) * jobs + commits % jobs;
      put(txn, rows, key_of(job, 0), row);
      put(txn, records, key_of(job, commits / jobs % 6), record);
    }
    must(mdb_txn_commit(txn));
  }
  const std::chrono::duration<double> took = clock::now() - begun;
  mdb_env_close(env);
  return static_cast<double>(commits) / took.count();
}

} // namespace quipu::bench
