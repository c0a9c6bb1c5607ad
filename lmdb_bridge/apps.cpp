#include "lmdb_bridge/store.hpp"

#include "collation/refusals.hpp"

#include <algorithm>

/// Deployed versions.
namespace quipu::lmdb {

namespace {

app_version decode(std::string_view bytes) {
  unpacker from{bytes};
  app_version made;
  for (auto* text : {&made.app, &made.version, &made.hash, &made.source}) *text = from.text();
  from.texts(made.public_topics);
  made.active = from.number() != 0;
  return made;
}

std::string encode(const app_version& what) {
  packer row;
  row.text(what.app).text(what.version).text(what.hash).text(what.source);
  row.texts(what.public_topics).number(what.active ? 1 : 0);
  return row.bytes;
}

} // namespace

result<void> store::deploy(const app_version& what) {
  if (const auto there = fetch(what.app, what.version)) {
    if (there->hash == what.hash && there->source == what.source) return {};
    return refusals::other_content(what, there->hash);
  }
  const auto all = apps();
  for (const auto& topic : what.public_topics)
    for (const auto& other : all)
      if (other.app != what.app && std::ranges::count(other.public_topics, topic))
        return refusals::topic_belongs(topic, other.app, what.app);
  auto kept = what;
  kept.active = false;
  txn().put(table::apps, key(what.app, what.version), encode(kept));
  return {};
}

result<void> store::activate(const std::string& app, const std::string& version) {
  if (auto there = fetch(app, version); !there) return there.error();
  std::vector<app_version> all;
  txn().walk(table::apps, key(app), [&](std::string_view, std::string_view value) {
    all.push_back(decode(value));
    return true;
  });
  for (auto& each : all) {
    each.active = each.version == version;
    txn().put(table::apps, key(each.app, each.version), encode(each));
  }
  return {};
}

result<app_version> store::fetch(const std::string& app, const std::string& version) {
  if (const auto row = txn().get(table::apps, key(app, version))) return decode(*row);
  return refusals::not_deployed(app, version);
}

std::vector<app_version> store::apps() {
  std::vector<app_version> all;
  txn().walk(table::apps, {}, [&](std::string_view, std::string_view value) {
    all.push_back(decode(value));
    all.back().source.clear();
    return true;
  });
  std::ranges::sort(all, {},
                    [](const app_version& each) { return std::tie(each.app, each.version); });
  return all;
}

} // namespace quipu::lmdb
