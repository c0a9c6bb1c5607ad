#include "actors/open_store.hpp"

#include "collation/memory_ledger.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"

#include <fmt/format.h>

#include <string_view>

namespace quipu {

namespace {

constexpr std::string_view lmdb_scheme = "lmdb:";
constexpr std::string_view memory_store = "memory:";
constexpr std::string_view socket_name = "quipu.sock";

} // namespace

result<std::shared_ptr<ledger>> open_store(const node_options& with) {
  if (with.store == memory_store) return std::shared_ptr<ledger>{std::make_shared<memory_ledger>()};
  if (!with.store.starts_with(lmdb_scheme) || with.store.size() == lmdb_scheme.size())
    return failure{
        fault::bad_request,
        fmt::format("store \"{}\" is none that quipu knows; lmdb:DIR or memory: would be right",
                    with.store)};
  lmdb_ledger::options options;
  options.path = with.store.substr(lmdb_scheme.size());
  options.durable = with.durable == node_options::durability::sync
                        ? lmdb_ledger::durability::sync
                        : lmdb_ledger::durability::relaxed;
  options.map_size = with.limits.store_bytes;
  options.most_queued = with.limits.store_calls;
  options.read_only = with.observe;
  auto opened = lmdb_ledger::open(std::move(options));
  if (!opened) return opened.error();
  return std::shared_ptr<ledger>{std::move(*opened)};
}

std::filesystem::path socket_of(const node_options& with) {
  if (!with.listen || with.observe || !with.store.starts_with(lmdb_scheme)) return {};
  return std::filesystem::path{with.store.substr(lmdb_scheme.size())} / socket_name;
}

} // namespace quipu
