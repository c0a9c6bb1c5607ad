#include "apps/quipu/target.hpp"

#include "actors/answered.hpp"
#include "actors/definitions.hpp"
#include "actors/local_client.hpp"
#include "actors/open_store.hpp"
#include "actors/remote.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"
#include "lmdb_bridge/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace quipu {

namespace {

constexpr std::string_view lmdb_scheme = "lmdb:";
constexpr std::string_view memory_url = "memory:";
constexpr std::string_view socket_name = "quipu.sock";

/// The directory of a store, empty if it has none.
std::filesystem::path directory_of(std::string_view url) {
  if (!url.starts_with(lmdb_scheme)) return {};
  return std::filesystem::path{url.substr(lmdb_scheme.size())};
}

std::unique_ptr<client> running_node(const std::filesystem::path& directory) {
  if (directory.empty()) return nullptr;
  auto found = connect(directory / socket_name);
  return found ? std::move(*found) : nullptr;
}

/// A server on which no engine runs.
result<std::shared_ptr<ledger>> alone_on(const std::string& url, bool writes) {
  node_options options;
  options.store = url;
  options.observe = !writes;
  auto opened = open_store(options);
  if (!opened) return opened.error();
  answered<std::vector<lease>> asked;
  (*opened)->leases(asked.then());
  const auto leases = asked.wait();
  if (!leases) return leases.error();
  const auto now = (*opened)->now();
  const auto running =
      std::ranges::count_if(*leases, [&](const lease& each) { return each.until_ms > now; });
  if (running != 0)
    return failure{fault::conflict,
                   fmt::format("{} engines have a lease on {}: stop them and try again when it has "
                               "lapsed, or take a copy of what the server has written",
                               running, url)};
  return std::move(*opened);
}

} // namespace

void target::declare(CLI::App& to) {
  auto* data =
      to.add_option("--data", data_, "the directory that keeps the jobs")->type_name("DIR");
  to.add_option(
        "--store", store_,
        "lmdb:DIR, for which --data DIR is short, redis://HOST:PORT, redis+unix:///PATH, or "
        "memory:")
      ->type_name("URL")
      ->excludes(data);
  // Known, so that whoever says it is told; it has no line in --help.
  to.add_option("--url", url_)->group("");
}

result<std::string> target::url() const {
  const auto* variable = std::getenv("QUIPU_URL");
  if (!url_.empty() || (!is_given() && variable != nullptr))
    return failure{fault::bad_request,
                   "--url and QUIPU_URL name the HTTP gateway of a node, and this quipu has none; "
                   "--data DIR asks the node that runs in a directory"};
  if (!data_.empty()) return std::string{lmdb_scheme} + data_;
  if (store_.empty())
    return failure{fault::bad_request, "which jobs? Say --data DIR (or --store URL)"};
  if (auto known = check_store(store_); !known) return known.error();
  return store_;
}

result<session> target::look() const {
  const auto store = url();
  if (!store) return store.error();
  const auto directory = directory_of(*store);
  if (auto remote = running_node(directory)) return session{std::move(remote)};
  std::error_code why;
  if (!directory.empty() && !std::filesystem::is_directory(directory, why))
    return failure{fault::unavailable, fmt::format("{}: {}", directory.string(),
                                                   why ? why.message() : "not a directory")};
  node_options options;
  options.store = *store;
  options.observe = true;
  options.listen = false;
  auto own = std::make_unique<node>(options);
  if (const auto started = own->start(); !started) return started.error();
  return session{std::move(own)};
}

result<session> target::keep() const {
  const auto store = url();
  if (!store) return store.error();
  const auto directory = directory_of(*store);
  if (*store == memory_url) return work({});
  if (auto remote = running_node(directory)) return session{std::move(remote)};
  node_options options;
  options.store = *store;
  auto opened = open_store(options);
  if (!opened) return opened.error();
  local_client::parts parts;
  parts.store = std::move(*opened);
  parts.plans = std::make_shared<shelf>();
  parts.keeps = true;
  if (auto loaded = load_apps(*parts.store, *parts.plans); !loaded) return loaded.error();
  return session{std::unique_ptr<client>{std::make_unique<local_client>(std::move(parts))}};
}

result<std::shared_ptr<ledger>> target::store(bool writes) const {
  const auto where = url();
  if (!where) return where.error();
  if (is_shared(*where)) return alone_on(*where, writes);
  const auto directory = directory_of(*where);
  if (directory.empty())
    return failure{
        fault::bad_request,
        fmt::format("\"{}\" keeps nothing between commands; lmdb:DIR would be right", *where)};
  std::error_code why;
  if (!std::filesystem::is_directory(directory, why))
    return failure{fault::unavailable, fmt::format("{}: {}", directory.string(),
                                                   why ? why.message() : "not a directory")};
  if (running_node(directory))
    return failure{fault::conflict,
                   fmt::format("a node runs in {}: stop it, or take a copy", directory.string())};
  const auto pages = lmdb::check_pages(directory.string());
  if (!pages) return pages.error();
  if (!pages->empty()) {
    std::string all = fmt::format("{} is damaged; restore it from a copy", directory.string());
    for (const auto& each : *pages) all += "\n  " + each;
    return failure{fault::corrupt, std::move(all)};
  }
  lmdb_ledger::options options;
  options.path = directory.string();
  options.read_only = !writes;
  auto opened = lmdb_ledger::open(std::move(options));
  if (!opened) return opened.error();
  return std::shared_ptr<ledger>{std::move(*opened)};
}

result<session> target::work(const std::function<void(node&)>& prepare) const {
  const auto store = url();
  if (!store) return store.error();
  if (!prepare)
    if (auto remote = running_node(directory_of(*store))) return session{std::move(remote)};
  node_options options;
  options.store = *store;
  auto own = std::make_unique<node>(options);
  if (prepare) prepare(*own);
  if (const auto started = own->start(); !started) return started.error();
  return session{std::move(own)};
}

} // namespace quipu
