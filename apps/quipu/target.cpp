#include "apps/quipu/target.hpp"

#include "actors/answered.hpp"
#include "actors/definitions.hpp"
#include "actors/limits.hpp"
#include "actors/local_client.hpp"
#include "actors/open_store.hpp"
#include "actors/remote.hpp"
#include "actors/settings/configuration.hpp"
#include "lmdb_bridge/lmdb_ledger.hpp"
#include "lmdb_bridge/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <unistd.h>

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
result<std::shared_ptr<ledger>> alone_on(node_options options, bool writes) {
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
                               running, options.store)};
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
  to.add_option("--config", config_,
                "settings, as of a node: its limits, what history is kept, its store")
      ->type_name("FILE");
  // Known, so that whoever says it is told; it has no line in --help.
  to.add_option("--url", url_)->group("");
}

/// As a node reads them, and each fault told at its place; no store has a default.
result<node_options> target::options() const {
  if (!url_.empty() || (!is_given() && std::getenv("QUIPU_URL") != nullptr))
    return failure{fault::bad_request,
                   "--url and QUIPU_URL name the HTTP gateway of a node, and this quipu has none; "
                   "--data DIR asks the node that runs in a directory"};
  findings faults;
  configuration said{node_options{.store = ""}};
  const auto* variable = std::getenv("QUIPU_CONFIG");
  if (!config_.empty())
    said.read_file(config_, faults);
  else if (variable != nullptr && *variable != '\0')
    said.read_file(variable, faults);
  said.read_environment(environ, faults);
  const auto& store = *find_setting("store");
  if (!data_.empty())
    said.say(store, std::string{lmdb_scheme} + data_, somewhere("--data"), faults);
  else if (!store_.empty())
    said.say(store, store_, somewhere("--store"), faults);
  else if (said.options().store.empty() && !faults.failed())
    return failure{fault::bad_request, "which jobs? Say --data DIR (or --store URL)"};
  said.check(faults);
  if (faults.failed()) return failure{fault::invalid, errors_of(faults)};
  return said.options();
}

bool target::keeps() const {
  const auto said = options();
  return said && said->store != memory_url;
}

result<session> target::look() const {
  auto said = options();
  if (!said) return said.error();
  const auto directory = directory_of(said->store);
  if (auto remote = running_node(directory)) return session{std::move(remote)};
  std::error_code why;
  if (!directory.empty() && !std::filesystem::is_directory(directory, why))
    return failure{fault::unavailable, fmt::format("{}: {}", directory.string(),
                                                   why ? why.message() : "not a directory")};
  said->observe = true;
  said->listen = false;
  auto own = std::make_unique<node>(std::move(*said));
  if (const auto started = own->start(); !started) return started.error();
  return session{std::move(own)};
}

result<session> target::keep() const {
  const auto said = options();
  if (!said) return said.error();
  if (said->store == memory_url) return work({});
  if (auto remote = running_node(directory_of(said->store))) return session{std::move(remote)};
  auto opened = open_store(*said);
  if (!opened) return opened.error();
  local_client::parts parts;
  parts.store = std::move(*opened);
  parts.plans = std::make_shared<shelf>();
  parts.payload_bytes = said->limits.payload_bytes;
  parts.definitions = definition_limits(said->limits);
  parts.keeps = true;
  if (auto loaded = load_apps(*parts.store, *parts.plans); !loaded) return loaded.error();
  return session{std::unique_ptr<client>{std::make_unique<local_client>(std::move(parts))}};
}

result<std::shared_ptr<ledger>> target::store(bool writes) const {
  auto said = options();
  if (!said) return said.error();
  if (is_shared(said->store)) return alone_on(std::move(*said), writes);
  const auto directory = directory_of(said->store);
  if (directory.empty())
    return failure{
        fault::bad_request,
        fmt::format("\"{}\" keeps nothing between commands; lmdb:DIR would be right", said->store)};
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
  options.map_size = said->limits.store_bytes;
  options.read_only = !writes;
  auto opened = lmdb_ledger::open(std::move(options));
  if (!opened) return opened.error();
  return std::shared_ptr<ledger>{std::move(*opened)};
}

result<session> target::work(const std::function<void(node&)>& prepare) const {
  auto said = options();
  if (!said) return said.error();
  if (!prepare)
    if (auto remote = running_node(directory_of(said->store))) return session{std::move(remote)};
  auto own = std::make_unique<node>(std::move(*said));
  if (prepare) prepare(*own);
  if (const auto started = own->start(); !started) return started.error();
  return session{std::move(own)};
}

} // namespace quipu
