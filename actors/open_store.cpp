#include "actors/open_store.hpp"

#include "collation/memory_ledger.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"
#include "redis_bridge/redis_ledger.hpp"

#include <fmt/format.h>

#include <string_view>

namespace quipu {

namespace {

constexpr std::string_view lmdb_scheme = "lmdb:";
constexpr std::string_view memory_store = "memory:";
constexpr std::string_view socket_name = "quipu.sock";

} // namespace

bool is_shared(std::string_view store) { return redis::is_address(store); }

result<void> check_store(std::string_view store) {
  if (is_shared(store)) {
    const auto where = redis::address::parse(store);
    return where ? result<void>{} : result<void>{where.error()};
  }
  if (store == memory_store || (store.starts_with(lmdb_scheme) && store != lmdb_scheme)) return {};
  return failure{
      fault::bad_request,
      fmt::format("there is no store \"{}\"; lmdb:DIR, redis://HOST:PORT, redis+unix:///PATH or "
                  "memory: would be right",
                  store)};
}

namespace {

result<std::shared_ptr<ledger>> open_lmdb(const node_options& with,
                                          std::function<void(const std::string&)> complain) {
  lmdb_ledger::options options;
  options.path = with.store.substr(lmdb_scheme.size());
  options.durable = with.durable == node_options::durability::sync
                        ? lmdb_ledger::durability::sync
                        : lmdb_ledger::durability::relaxed;
  options.map_size = with.limits.store_bytes;
  options.most_queued = with.limits.store_calls;
  options.read_only = with.observe;
  options.complain = std::move(complain);
  auto opened = lmdb_ledger::open(std::move(options));
  if (!opened) return opened.error();
  return std::shared_ptr<ledger>{std::move(*opened)};
}

result<std::shared_ptr<ledger>> open_redis(const node_options& with,
                                           std::function<void(const std::string&)> complain) {
  auto where = redis::address::parse(with.store);
  if (!where) return where.error();
  auto secret = redis::password_said();
  if (!secret) return secret.error();
  redis_ledger::options options;
  options.at = std::move(*where);
  options.password = std::move(*secret);
  options.most_queued = with.limits.store_calls;
  options.read_only = with.observe;
  options.complain = std::move(complain);
  auto opened = redis_ledger::open(std::move(options));
  if (!opened) return opened.error();
  return std::shared_ptr<ledger>{std::move(*opened)};
}

} // namespace

result<std::shared_ptr<ledger>> open_store(const node_options& with,
                                           std::function<void(const std::string&)> complain) {
  if (auto known = check_store(with.store); !known) return known.error();
  if (is_shared(with.store)) return open_redis(with, std::move(complain));
  if (with.store.starts_with(lmdb_scheme)) return open_lmdb(with, std::move(complain));
  return std::shared_ptr<ledger>{std::make_shared<memory_ledger>()};
}

std::filesystem::path socket_of(const node_options& with) {
  if (!with.listen || with.observe || !with.store.starts_with(lmdb_scheme)) return {};
  return std::filesystem::path{with.store.substr(lmdb_scheme.size())} / socket_name;
}

} // namespace quipu
