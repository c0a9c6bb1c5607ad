#pragma once

#include "flows/condition.hpp"
#include "flows/definition.hpp"
#include "flows/mapping.hpp"
#include "flows/schema.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quipu {

/// A way from an activity to one of its children.
struct edge {
  std::uint32_t to = 0;
  std::optional<condition> when; ///< none: on success
  bool interim = false;          ///< it names 202: a pending reply may take it, more than once

  /// Whether an answer of this code may take it.
  [[nodiscard]] bool admits(int code) const noexcept;
};

/// Which signals answer a hook: one rule of `hooks:`.
struct hook_rule {
  std::string topic;
  std::optional<condition> when; ///< `expected` is resolved when the hook begins to wait
  /// How each match reads the signal, as it was written: waits of rules that read it otherwise are
  /// others, even for the same values.
  std::vector<std::string> asks;
};

/// What a job is measured by: one of `stats.measures`.
struct measure {
  std::string what; ///< "count", "sum", "avg", "min", "max", "mdn", "index"
  std::string name; ///< the last name of its target
  std::optional<mapping> target;
};

/// `stats` of a trigger, but for the id.
struct measures {
  std::optional<mapping> key;
  std::chrono::seconds stretch{3600}; ///< `granularity`; 0: all time is one
  std::vector<measure> all;
  /// Whether jobs are counted: there is a key, a granularity, or a measure that is no index.
  bool counts = false;
};

/// One activity, compiled: what its ECA step needs, nothing is looked up by name.
struct activity {
  std::string id;
  activity_kind kind = activity_kind::worker;
  std::uint32_t parent = 0;
  std::uint32_t size =
      1; ///< of its sub-tree, itself included: its slice of the key is [index, index + size)
  std::uint32_t slice = 0; ///< the innermost slice that it is in
  /// Of a re-enterable hook: the slice behind it; 0: it is not re-enterable.
  std::uint32_t behind = 0;
  std::vector<edge> edges;

  std::optional<mapping> topic;
  std::optional<mapping> input;
  std::optional<mapping> output;
  std::optional<mapping> shared; ///< `job.maps`
  std::map<int, mapping> shared_by_code;
  std::optional<mapping> emit;
  std::optional<mapping> persist;
  std::optional<mapping> telemetry;
  std::optional<schema> input_schema;
  std::optional<schema> output_schema;
  std::map<int, schema> output_schema_by_code;
  std::uint32_t threshold = 0;
  bool keeps_input =
      false; ///< something reads it later, or mapping it again might give another value

  // what only some kinds have
  std::optional<mapping> job_id; ///< trigger: `stats.id`
  quipu::measures stats;         ///< trigger
  std::optional<mapping> waits;  ///< await: `await`
  std::optional<mapping> sleep;  ///< hook
  std::optional<schema> hook_schema;
  std::vector<hook_rule> rules;                     ///< hook
  bool cycle = false;                               ///< hook: re-enterable
  std::uint32_t ancestor = 0;                       ///< cycle: what it re-enters
  std::optional<std::chrono::milliseconds> timeout; ///< worker
  std::optional<retry_policy> retry;                ///< worker
  bool signal_all = false;                          ///< signal: `subtype: all`
  std::optional<mapping> payload;                   ///< signal: `signal.maps`
  std::optional<mapping> key_name;                  ///< signal to all
  std::optional<mapping> key_value;                 ///< signal to all
  std::optional<mapping> resolver;                  ///< signal to all: gives {data: {name: value}}
  std::optional<mapping> scrub;                     ///< signal
  std::optional<mapping> code;                      ///< signal, interrupt
  std::optional<mapping> target;                    ///< interrupt
  std::optional<mapping> reason;                    ///< interrupt
  std::optional<mapping> throws;                    ///< interrupt
  std::optional<mapping> descend;                   ///< interrupt
};

/// A stretch of the preorder that may be opened again: what is behind a re-enterable hook, or
/// behind an edge that names 202. Slice 0 is the whole flow.
struct slice {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t around = 0; ///< the slice that this one is nested in
  std::uint32_t owner = 0;  ///< the activity whose answers open it
};

/// One flow: a rooted tree of activities in preorder, trigger first.
struct flow {
  std::string topic;
  std::optional<std::string> publishes;
  std::optional<mapping> expire; ///< none: an hour
  std::optional<mapping> persistent;
  std::optional<schema> input_schema;
  std::optional<schema> output_schema;
  std::vector<activity> activities;
  std::vector<slice> slices;
  std::unordered_map<std::string, std::uint32_t> index; ///< activities by id
};

/// A compiled app: immutable, shared by every thread.
struct plan {
  std::string app;
  std::string version;
  definition::schema_mode schemas = definition::schema_mode::enforce;
  std::vector<flow> flows;
  std::unordered_map<std::string, std::uint32_t> index; ///< flows by topic

  [[nodiscard]] const flow* find(std::string_view topic) const;
  /// The topics that may be started from outside.
  [[nodiscard]] std::vector<std::string> public_topics() const;
};

/// Compiles a definition. None: `faults` says why; every fault is told.
[[nodiscard]] std::shared_ptr<const plan> compile(const definition& app, findings& faults);

} // namespace quipu
