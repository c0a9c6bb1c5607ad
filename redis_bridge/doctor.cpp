#include "redis_bridge/doctor.hpp"

#include "redis_bridge/calls.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace quipu::redis {

namespace {

constexpr std::uint64_t least_packed_value = 512;
constexpr std::string_view keeps_all = "noeviction";
/// Of its memory, in percent: beyond, it is said.
constexpr std::uint64_t nearly_full = 80;

using entries = std::map<std::string, std::string, std::less<>>;

/// Lines "name:value".
entries parse_info(std::string_view text) {
  entries all;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const auto colon = line.find(':'); colon != std::string_view::npos)
      all.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return all;
}

std::string text_of(const entries& in, std::string_view name) {
  const auto found = in.find(name);
  return found == in.end() ? "" : found->second;
}

std::uint64_t number_of(const entries& in, std::string_view name) {
  const auto text = text_of(in, name);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string mebibytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20U); }

remark about_memory(const server_state& of) {
  using weight = remark::weight;
  if (of.most_memory == 0)
    return {weight::warning,
            "maxmemory is 0: when the machine's memory is full the server is ended, "
            "whatever it does; with a limit no job is begun there and those that "
            "run go on"};
  const auto said =
      fmt::format("maxmemory is {}, {} are used", mebibytes(of.most_memory), mebibytes(of.memory));
  if (of.memory / (of.most_memory / 100 + 1) >= nearly_full)
    return {weight::warning, said + ": at the limit no job is begun, those that run go on"};
  return {weight::fine, said};
}

remark about_eviction(const server_state& of) {
  using weight = remark::weight;
  if (of.eviction.empty())
    return {weight::warning, "whether it throws away what it has when its memory is full cannot be "
                             "told"};
  if (of.eviction == keeps_all) return {weight::fine, "maxmemory-policy is noeviction"};
  return {of.may_evict ? weight::warning : weight::fault,
          fmt::format("maxmemory-policy is {}: when its memory is full it throws away jobs; "
                      "noeviction would be right{}",
                      of.eviction,
                      of.may_evict ? "" : ", or ?evicts=allowed at the store's address")};
}

remark about_disk(const server_state& of) {
  using weight = remark::weight;
  if (!of.append_only) return {weight::warning, "whether it writes to disk cannot be told"};
  if (!*of.append_only)
    return {weight::warning, "appendonly is no: when the server ends, what it was told since its "
                             "last snapshot is gone; appendonly yes would be right"};
  if (of.fsync == "always")
    return {weight::fine, "appendfsync is always: what is answered has reached the disk"};
  if (of.fsync == "everysec")
    return {weight::fine,
            "appendfsync is everysec: a killed server loses nothing, a power cut what "
            "was answered in the last second or two"};
  if (of.fsync.empty()) return {weight::warning, "how often it syncs its disk cannot be told"};
  return {weight::warning, fmt::format("appendfsync is {}: a power cut loses what the system had "
                                       "not written, half a minute or more; always or everysec "
                                       "would be right",
                                       of.fsync)};
}

std::string replicas_of(const server_state& of) {
  return of.replicas == 0   ? "no replica"
         : of.replicas == 1 ? "1 replica"
                            : fmt::format("{} replicas", of.replicas);
}

} // namespace

std::string server_state::durability() const {
  if (!append_only) return "durability not told";
  if (!*append_only) return "in memory only";
  return fsync.empty() ? "append-only file" : "appendfsync " + fsync;
}

std::vector<remark> remarks(const server_state& of) {
  using weight = remark::weight;
  std::vector<remark> all;
  if (!of.version.empty())
    all.push_back({weight::fine, fmt::format("Redis {}, {}", of.version,
                                             of.is_replica ? "a replica" : replicas_of(of))});
  if (of.is_replica)
    all.push_back(
        {weight::fault, "it is a replica, which takes no writes: its master would be right"});
  if (of.wait > of.replicas)
    all.push_back({weight::warning, fmt::format("wait={} at the store's address, and it has {}: "
                                                "no start, signal or end is answered",
                                                of.wait, replicas_of(of))});
  all.push_back(about_disk(of));
  all.push_back(about_eviction(of));
  if (!of.eviction.empty()) all.push_back(about_memory(of));
  if (of.packed_value && *of.packed_value < least_packed_value)
    all.push_back({weight::warning,
                   fmt::format("hash-max-listpack-value is {}: a waiting job takes twice the "
                               "memory that it needs; {} would be right",
                               *of.packed_value, least_packed_value)});
  for (const auto& each : of.lacking)
    all.push_back(
        {weight::warning, fmt::format("the user may not run {}; redis_bridge/README.md has "
                                      "a rule that grants what is needed",
                                      each)});
  if (of.lacking.empty()) all.push_back({weight::fine, "the user may run every command it needs"});
  return all;
}

result<server_state> look_at(calls& server) {
  server_state seen;
  seen.may_evict = server.at().may_evict;
  seen.wait = server.at().wait;
  const auto lacks = server.ask({"FCALL", "quipu1_lacks", "1", server.at().prefix(), "", ""});
  if (!lacks) return lacks.error();
  const piece missing{lacks->get()};
  for (std::size_t at = 0; at < missing.size(); ++at) seen.lacking.push_back(missing[at].string());
  const auto info = server.ask({"INFO"});
  if (!info) return info.error();
  if (const piece said{info->get()}; !said.is_error()) {
    const auto all = parse_info(said.text());
    seen.version = text_of(all, "redis_version");
    seen.is_replica = text_of(all, "role") == "slave";
    seen.replicas = number_of(all, "connected_slaves");
    seen.append_only = text_of(all, "aof_enabled") == "1";
    seen.eviction = text_of(all, "maxmemory_policy");
    seen.memory = number_of(all, "used_memory");
    seen.most_memory = number_of(all, "maxmemory");
  }
  const auto set = server.ask({"CONFIG", "GET", "appendfsync", "hash-max-listpack-value"});
  if (!set) return set.error();
  entries all;
  const piece pairs{set->get()};
  for (std::size_t at = 0; at + 1 < pairs.size(); at += 2)
    all.emplace(pairs[at].string(), pairs[at + 1].string());
  seen.fsync = text_of(all, "appendfsync");
  if (all.contains("hash-max-listpack-value"))
    seen.packed_value = number_of(all, "hash-max-listpack-value");
  return seen;
}

result<server_state> look_at(const address& where, std::string password) {
  calls::settings to;
  to.server.server.to = where;
  to.server.server.password = std::move(password);
  to.read_only = true;
  calls server{std::move(to)};
  if (auto opened = server.wait(); !opened) return opened.error();
  return look_at(server);
}

} // namespace quipu::redis
