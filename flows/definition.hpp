#pragma once

#include "flows/definition/keys.hpp"
#include "flows/limits.hpp"
#include "flows/tree.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quipu {

/// An app as it was written: its structure has been checked and is typed, its mappings, conditions
/// and schemas are still trees, each with its place. What `flows/compile` makes plans of.
struct definition {
  enum class schema_mode : std::uint8_t { enforce, warn };

  struct activity;
  struct edge;
  struct rule;
  struct graph;

  std::string id;
  std::string version;
  schema_mode schemas = schema_mode::enforce;
  std::vector<graph> graphs;
  place at; ///< the key `app`
};

/// How often a call is made, and how long to wait between: `initial`, then `factor` times as long
/// each time, up to `max`.
struct backoff {
  std::uint32_t attempts = 1; ///< all calls, the first included
  std::chrono::milliseconds initial{1'000};
  double factor = 1;
  std::chrono::milliseconds max{60'000};
};

/// One form of `retry`: by code, or the same for every code that may be retried.
struct retry_policy {
  std::vector<std::pair<int, backoff>> by_code; ///< in the order written
  std::optional<backoff> any;
};

struct definition::activity {
  activity_kind kind = activity_kind::worker;
  std::string id;
  place at;  ///< the id
  tree body; ///< the mapping behind the id; only keys that the type may have

  std::optional<std::size_t> parent;   ///< into `graph::activities`; none: the trigger
  std::vector<std::size_t> edges;      ///< into `graph::edges`, in the order written: the children
  std::optional<std::size_t> ancestor; ///< of a cycle: what it re-enters, into `graph::activities`
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<retry_policy> retry;
  std::uint32_t status_threshold = 0;
  bool cycle = false;      ///< of a hook: re-enterable
  bool signal_all = false; ///< of a signal: `subtype: all`

  /// What stands under a path of keys, `find({"input", "maps"})`, or nullptr.
  [[nodiscard]] const tree* find(std::initializer_list<std::string_view> path) const noexcept;
};

/// One way from an activity to a child of it.
struct definition::edge {
  std::size_t from = 0; ///< into `graph::activities`
  std::size_t to = 0;
  std::optional<tree> conditions; ///< a map
  place at;                       ///< its first key
};

/// Who answers to a topic, and to which of its messages.
struct definition::rule {
  std::string topic;
  std::size_t to = 0;             ///< into `graph::activities`: a hook
  std::optional<tree> conditions; ///< a map
  place at;                       ///< its first key
};

struct definition::graph {
  std::string subscribes;
  std::optional<std::string> publishes;
  std::optional<tree> expire;     ///< a duration that has been checked, or a mapping
  std::optional<tree> persistent; ///< a boolean or a mapping
  std::optional<tree> input_schema;
  std::optional<tree> output_schema;
  std::vector<activity> activities; ///< in the order written
  std::vector<edge> edges;          ///< in the order written
  std::vector<rule> rules;          ///< in the order written, topic by topic
  std::size_t trigger = 0;          ///< into `activities`
  place at;                         ///< its first key
};

/// Checks the structure of an app file completely - keys, types of values, ids, topics, durations,
/// and that every graph is one tree below one trigger - and types it. None: `faults` has said why;
/// every fault that can be told apart is told.
///
/// Not looked at: what mappings, conditions and schemas say.
[[nodiscard]] std::optional<definition> read_definition(const tree& root, findings& faults,
                                                        const read_limits& limits = {});

} // namespace quipu
