#include "redis_bridge/doctor.hpp"

#include "tests/redis_bridge/redis_store.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace quipu::contract {

namespace {

using redis::remark;
using redis::server_state;

server_state sound() {
  server_state seen;
  seen.version = "7.0.15";
  seen.append_only = true;
  seen.fsync = "always";
  seen.eviction = "noeviction";
  seen.memory = 1U << 20U;
  seen.most_memory = 100U << 20U;
  seen.packed_value = 512;
  return seen;
}

/// What is not fine, a line each.
std::string complaints(const server_state& of) {
  std::string all;
  for (const auto& each : remarks(of))
    if (each.is != remark::weight::fine)
      all += (each.is == remark::weight::fault ? "fault: " : "") + each.text + "\n";
  return all;
}

bool says(const std::string& all, std::string_view what) {
  return all.find(what) != std::string::npos;
}

/// The words of the rule in the README.
std::vector<std::string> granted() {
  std::ifstream readme{QUIPU_SOURCE_DIR "/redis_bridge/README.md"};
  std::vector<std::string> rule;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    inside = inside || says(line, "ACL SETUSER quipu");
    if (inside && line.empty()) break;
    std::istringstream words{line};
    for (std::string word; inside && words >> word;) rule.push_back(word);
  }
  return rule;
}

} // namespace

TEST_CASE("a server that keeps everything on disk and throws nothing away is fine") {
  CHECK(complaints(sound()).empty());
  CHECK(sound().durability() == "appendfsync always");
}

TEST_CASE("each setting that endangers jobs is named with what would be right") {
  auto seen = sound();
  seen.append_only = false;
  CHECK(says(complaints(seen), "appendonly yes"));
  seen = sound();
  seen.fsync = "no";
  CHECK(says(complaints(seen), "always or everysec"));
  seen = sound();
  seen.fsync = "everysec";
  CHECK(complaints(seen).empty());
  seen = sound();
  seen.eviction = "allkeys-lru";
  CHECK(complaints(seen).starts_with("fault: maxmemory-policy is allkeys-lru"));
  seen.may_evict = true;
  CHECK(complaints(seen).starts_with("maxmemory-policy is allkeys-lru"));
  seen = sound();
  seen.most_memory = 0;
  CHECK(says(complaints(seen), "maxmemory is 0"));
  seen.most_memory = 10U << 20U;
  seen.memory = 9U << 20U;
  CHECK(says(complaints(seen), "10 MiB, 9 MiB are used"));
  seen = sound();
  seen.packed_value = 64;
  CHECK(says(complaints(seen), "512 would be right"));
  seen = sound();
  seen.wait = 2;
  seen.replicas = 1;
  CHECK(says(complaints(seen), "wait=2 at the store's address, and it has 1 replica:"));
  seen.replicas = 2;
  CHECK(complaints(seen).empty());
  seen = sound();
  seen.is_replica = true;
  CHECK(complaints(seen).starts_with("fault: it is a replica"));
}

TEST_CASE("what a server does not tell is not taken for fine") {
  server_state seen;
  const auto all = complaints(seen);
  CHECK(says(all, "writes to disk cannot be told"));
  CHECK(says(all, "throws away what it has when its memory is full cannot be told"));
}

TEST_CASE("a server tells what it is set to") {
  server where{{"--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory", "50mb",
                "--hash-max-listpack-value", "512"}};
  const auto seen = redis::look_at(at(where).at, {});
  REQUIRE(seen);
  CHECK(seen->version.starts_with("7."));
  CHECK(seen->durability() == "appendfsync everysec");
  CHECK(seen->eviction == "noeviction");
  CHECK(seen->most_memory == 50U << 20U);
  CHECK(seen->memory > 0);
  CHECK(seen->packed_value == 512);
  CHECK(complaints(*seen).empty());
}

TEST_CASE("a server that may throw jobs away is refused unless the address allows it") {
  server where{{"--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"}};
  const auto refused = redis_ledger::open(at(where));
  REQUIRE_FALSE(refused.ok());
  CHECK(says(refused.error().message, "noeviction would be right, or ?evicts=allowed"));
  auto with = at(where);
  const auto allowed =
      redis::address::parse("redis+unix://" + where.socket() + "?ns=main&evicts=allowed");
  REQUIRE(allowed);
  with.at = *allowed;
  std::string heard;
  with.complain = [&](const std::string& what) { heard += what + "\n"; };
  CHECK(redis_ledger::open(std::move(with)).ok());
  CHECK(says(heard, "maxmemory-policy is allkeys-lru"));
}

TEST_CASE("each command that the user lacks is named, and the rule in the README lacks none") {
  server where;
  const auto look = where.look();
  look(granted());
  auto user = at(where).at;
  user.user = "quipu";
  const auto lacks = [&]() -> std::string {
    const auto seen = redis::look_at(user, "PASSWORD");
    if (!seen) return seen.error().message;
    std::string all;
    for (const auto& each : seen->lacking) all += each + "\n";
    return all;
  };
  CHECK(lacks().empty());
  std::size_t commands = 0;
  for (const auto& word : granted()) {
    if (!word.starts_with('+')) continue;
    ++commands;
    look({"ACL", "SETUSER", "quipu", "-" + word.substr(1)});
    auto name = word.substr(1);
    std::ranges::replace(name, '|', ' ');
    auto said = lacks();
    std::ranges::transform(said, said.begin(), [](char c) { return std::tolower(c); });
    INFO("without " << name << ": " << said);
    CHECK(says(said, name));
    look({"ACL", "SETUSER", "quipu", word});
  }
  CHECK(commands > 35);
}

} // namespace quipu::contract
