/// What goes together, and what does not.

#include "actors/open_store.hpp"
#include "actors/settings/amount.hpp"
#include "actors/settings/configuration.hpp"

#include <fmt/format.h>

namespace quipu {

namespace {

constexpr std::string_view memory_store = "memory:";

} // namespace

void configuration::check(findings& faults) const {
  const auto& of = options_;
  for (const auto& each : settings()) {
    const auto value = each.get(of);
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || (*number >= each.least && *number <= each.most)) continue;
    faults.error(origin(each.key),
                 fmt::format("{} is {}; {} to {} would be right", each.key, show(each, value),
                             show(each, amount{each.least}), show(each, amount{each.most})));
  }
  const bool in_memory = of.store == memory_store;
  if (const auto known = check_store(of.store); !known)
    faults.error(origin("store"), known.error().message);
  if (in_memory && is_said("durability") && of.durable == node_options::durability::sync)
    faults.error(origin("durability"),
                 "durability is sync, and the store is memory:, which keeps nothing; say lmdb:DIR, "
                 "or no durability");
  if (is_shared(of.store) && is_said("durability"))
    faults.error(origin("durability"), "durability is said, and the store is Redis, which has "
                                       "settings of its own; say appendfsync there");
  if (is_shared(of.store) && is_said("listen") && of.listen)
    faults.error(origin("listen"), "listen is true, and the store is Redis: the quipu command goes "
                                   "to the server itself; say no listen");
  if (in_memory && is_said("listen") && of.listen)
    faults.error(origin("listen"), "listen is true, and the store is memory:, which has no "
                                   "directory for the socket; say lmdb:DIR, or no listen");
  if (of.limits.control_bytes < of.limits.payload_bytes) {
    const auto key =
        is_said("limits.control.bytes") ? "limits.control.bytes" : "limits.payload.bytes";
    faults.error(origin(key),
                 fmt::format("limits.control.bytes is {} and limits.payload.bytes is {}: a message "
                             "of that size could not come over the socket; no less would be right",
                             show_size(static_cast<std::int64_t>(of.limits.control_bytes)),
                             show_size(static_cast<std::int64_t>(of.limits.payload_bytes))));
  }
}

} // namespace quipu
