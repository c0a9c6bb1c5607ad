#include "tests/bench/store.hpp"

#include "tests/bench/machine.hpp"
#include "tests/bench/raw_redis.hpp"
#include "tests/bench/redis_server.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace quipu::bench {

namespace {

node_options common() {
  node_options made;
  made.listen = false;
  made.log.level = log_level::warning;
  return made;
}

class memory_store final : public store {
public:
  node_options fresh() override {
    auto made = common();
    made.store = "memory:";
    return made;
  }
  std::optional<double> raw(std::size_t, seconds) override { return std::nullopt; }
  // It runs on whoever's thread calls it.
  [[nodiscard]] double cpu() const override { return 0; }
  [[nodiscard]] std::size_t bytes() const override { return 0; }
};

class lmdb_store final : public store {
public:
  lmdb_store(const std::filesystem::path& scratch, node_options::durability durable)
      : directory_{scratch / "lmdb"}, raw_directory_{scratch / "raw-lmdb"}, durable_{durable} {}
  ~lmdb_store() override { std::filesystem::remove_all(directory_); }

  node_options fresh() override {
    std::filesystem::remove_all(directory_);
    auto made = common();
    made.store = fmt::format("lmdb:{}", directory_.string());
    made.durable = durable_;
    return made;
  }
  std::optional<double> raw(std::size_t in_flight, seconds for_long) override {
    const bool relaxed = durable_ == node_options::durability::relaxed;
    return raw_lmdb(raw_directory_.string(), relaxed ? 0 : in_flight, for_long);
  }
  [[nodiscard]] double cpu() const override { return cpu_seconds_of_threads("quipu-lmdb"); }
  [[nodiscard]] std::size_t bytes() const override {
    return std::filesystem::file_size(directory_ / "data.mdb");
  }
  void rest() const override { ::sync(); }

private:
  std::filesystem::path directory_;
  std::filesystem::path raw_directory_;
  node_options::durability durable_;
};

class redis_store final : public store {
public:
  redis_store(const std::filesystem::path& scratch, const std::string& fsync)
      : server_{scratch / "redis", fsync}, calls_{server_, scratch} {}

  node_options fresh() override {
    server_.empty();
    auto made = common();
    made.store = server_.url("main");
    return made;
  }
  std::optional<double> raw(std::size_t in_flight, seconds for_long) override {
    return calls_.repeat(server_, in_flight, for_long);
  }
  [[nodiscard]] double cpu() const override { return cpu_seconds(server_.pid()); }
  [[nodiscard]] bool is_inside() const override { return false; }
  [[nodiscard]] std::size_t bytes() const override { return server_.bytes(); }
  void rest() const override { server_.rest(); }
  [[nodiscard]] std::uint16_t redis_port() const override { return server_.port(); }

private:
  redis_server server_;
  seq5_calls calls_;
};

} // namespace

const std::vector<store_kind>& stores() {
  using path = std::filesystem::path;
  static const std::vector<store_kind> all{
      {"memory", "maps in the node; nothing is durable",
       [](const path&) -> std::unique_ptr<store> { return std::make_unique<memory_store>(); }},
      {"lmdb-relaxed", "a directory; synced each 20 ms",
       [](const path& scratch) -> std::unique_ptr<store> {
         return std::make_unique<lmdb_store>(scratch, node_options::durability::relaxed);
       }},
      {"lmdb-sync", "a directory; each batch is synced before it is answered",
       [](const path& scratch) -> std::unique_ptr<store> {
         return std::make_unique<lmdb_store>(scratch, node_options::durability::sync);
       }},
      {"redis-everysec", "a redis-server of the bench's own; its file is synced each second",
       [](const path& scratch) -> std::unique_ptr<store> {
         return std::make_unique<redis_store>(scratch, "everysec");
       }},
      {"redis-always", "the same; its file is synced before it answers",
       [](const path& scratch) -> std::unique_ptr<store> {
         return std::make_unique<redis_store>(scratch, "always");
       }},
  };
  return all;
}

} // namespace quipu::bench
