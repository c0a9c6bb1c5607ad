#pragma once

#include "lmdb_bridge/lmdb_ledger.hpp"
#include "tests/contract/caller.hpp"

#include <filesystem>
#include <unistd.h>

namespace quipu::contract {

/// A directory that is gone with this.
class scratch {
public:
  scratch() {
    std::string made = (std::filesystem::temp_directory_path() / "quipu-lmdb-XXXXXX").string();
    REQUIRE(mkdtemp(made.data()) != nullptr);
    path_ = made;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string data() const { return path_ + "/data.mdb"; }

private:
  std::string path_;
};

/// Opens, or fails the test with the reason.
inline std::unique_ptr<lmdb_ledger> opened(lmdb_ledger::options with) {
  auto store = lmdb_ledger::open(std::move(with));
  INFO((store ? "" : store.error().message));
  REQUIRE(store.ok());
  return std::move(*store);
}

template <lmdb_ledger::durability Durable>
class lmdb_store {
public:
  lmdb_store() { open(); }

  ledger& get() { return *store_; }
  std::atomic<std::int64_t>& time() { return time_; }
  std::vector<std::string> dump() {
    auto rows = *await<std::vector<std::string>>([&](auto done) { store_->dump(done); });
    // Counters are written when the transaction is committed.
    std::erase_if(rows, [](const std::string& line) { return line.starts_with("meta counters"); });
    return rows;
  }
  void close() { store_.reset(); }
  void open() {
    lmdb_ledger::options with;
    with.path = place_.path();
    with.durable = Durable;
    with.map_size = std::size_t{1} << 30U;
    with.clock = [this] { return time_.load(); };
    store_ = opened(std::move(with));
  }
  [[nodiscard]] const scratch& place() const { return place_; }

private:
  scratch place_;
  std::atomic<std::int64_t> time_{first_ms};
  std::unique_ptr<lmdb_ledger> store_;
};

using lmdb_sync = lmdb_store<lmdb_ledger::durability::sync>;
using lmdb_relaxed = lmdb_store<lmdb_ledger::durability::relaxed>;

} // namespace quipu::contract
