#include "flows/kinds/kind.hpp"

#include "collation/chain.hpp"
#include "collation/partition.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quipu {

namespace {

/// A child's id when its flow names none: made of who asks, so that a step that is made again asks
/// for the same; drawn until it lies in its parent's partition.
std::string generated_id(const identity& parent, const instance& at, unsigned partitions) {
  const auto home = partition_of(parent.job, partitions);
  auto drawn = chain(fmt::format("{}/{}", parent.gid, name(at)), {});
  while (true) {
    auto id = to_hex(drawn).substr(0, 24);
    if (partition_of(id, partitions) == home) return id;
    drawn = chain(id, drawn);
  }
}

std::string gid_below(std::string_view parent, const instance& at) {
  return to_hex(chain(fmt::format("{}>{}", parent, name(at)), {})).substr(0, 32);
}

void begin(stepping& now, const instance& at) {
  const auto& parent = now.job().born();
  const auto& rules = now.rules(at);
  auto topic = now.topic(at);
  if (!topic) return now.fail(at, 500, topic.error().message);
  auto input = now.input(at);
  if (!input) return now.fail(at, status(input.error().code), input.error().message);

  const auto* flow = now.on().app.find(*topic);
  if (flow == nullptr)
    return now.fail(at, 404,
                    fmt::format("app \"{}\" has no flow at \"{}\"", now.on().app.app, *topic));
  if (parent.depth + 1 > await_depth)
    return now.fail(at, 508, fmt::format("awaits nest more than {} deep", await_depth));
  const ground child_on{now.on().app, *flow, now.on().now_ms, now.on().limits};
  if (auto admitted = admit(child_on, **input); !admitted)
    return now.fail(at, status(admitted.error().code), admitted.error().message);
  auto named = job_id(child_on, **input, gid_below(parent.gid, at));
  if (!named) return now.fail(at, status(named.error().code), named.error().message);

  bool severed = false;
  if (rules.waits) {
    auto waits = now.evaluate(*rules.waits, at);
    if (!waits) return now.fail(at, 500, waits.error().message);
    severed = *waits && **waits == false;
  }
  identity child;
  child.job = named->empty() ? generated_id(parent, at, now.on().limits.partitions) : *named;
  if (!named->empty() && parent.retries > 0) {
    // The one of that name has been.
    child.job += fmt::format("~{}", parent.retries);
    if (auto fit = check_id(child.job, now.on().limits); !fit)
      return now.fail(at, status(fit.error().code), fit.error().message);
  }
  child.retries = parent.retries;
  if (!parent.keys.empty()) child.keys = gid_below(parent.keys, at);
  child.gid = gid_below(parent.gid, at);
  child.app = parent.app;
  child.version = parent.version;
  child.topic = *topic;
  child.parent = parent.job;
  child.parent_gid = parent.gid;
  child.parent_activity = rules.id;
  child.parent_at = at;
  child.severed = severed;
  child.history = parent.history;
  child.depth = parent.depth + 1;
  child.slices = static_cast<std::uint32_t>(flow->slices.size());
  const auto& siblings = now.job().made().children;
  const auto is_taken = now.what().taken.count(child.job) > 0 ||
                        std::any_of(siblings.begin(), siblings.end(), [&](const auto& sibling) {
                          return sibling.who.job == child.job;
                        });
  if (is_taken)
    return now.fail(at, 409, fmt::format("a job with the id \"{}\" is there already", child.job));

  now.job().made().children.push_back({child, *input});
  if (severed) {
    now.settle(at, {}, value{json{{"job_id", child.job}}});
    return;
  }
  now.job().what().children.emplace_back(at, child.job);
  obligation owed;
  owed.is = obligation::kind::child;
  owed.since_ms = now.job().now();
  owed.topic = *topic;
  owed.child = child.job;
  now.job().owe(at, std::move(owed));
}

bool resume(stepping& now, const instance& at, const event& what) {
  const auto* owed = now.job().owed(at);
  if (owed != nullptr && what.why == cause::resumed) {
    begin(now, at);
    return true;
  }
  if (owed == nullptr || owed->is != obligation::kind::child || what.why != cause::child_ended)
    return false;
  const auto given = normalized(what.what);
  now.settle(at, given, value{given.data});
  return true;
}

} // namespace

const kind await_kind{begin, resume};

} // namespace quipu
