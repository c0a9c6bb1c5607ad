#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A generated app and what is done with it, in words of its own: the engine is given the
/// definition that it is written out to, the reference interpreter (model.hpp) reads it as it is.
namespace quipu::sim {

using nlohmann::json;

/// A value in a mapping.
struct term {
  enum class kind : std::uint8_t { literal, output, hook, shared, one_more };
  kind is = kind::literal;
  json literal;
  int node = 0;      ///< whose output or signal
  std::string field; ///< of that, or of the job's data; of `one_more`: a number in the job's data
};

using terms = std::vector<std::pair<std::string, term>>;

/// An edge.
struct way {
  int to = 0;
  std::vector<int> codes; ///< none: success
  std::optional<std::pair<term, json>> match;
};

enum class kind : std::uint8_t { trigger, worker, await, hook, signal, cycle, interrupt };

struct node {
  std::string id;
  kind is = kind::hook;
  int parent = 0;
  int size = 1; ///< with everything below it
  std::vector<way> ways;
  std::string topic; ///< a worker's, an await's, a signal's; where a hook waits
  terms input;
  terms output;
  terms shared;
  std::map<int, terms> shared_by_code;
  bool emit = false;
  bool persist = false;
  int threshold = 0;

  int attempts = 0; ///< worker: 0: no retries
  std::int64_t backoff_ms = 0;
  std::int64_t timeout_ms = 0;
  bool severed = false; ///< await: goes on at once

  std::int64_t sleep_ms = 0;   ///< hook
  std::optional<term> expects; ///< hook: it waits for a signal with this `k`
  bool cycle = false;          ///< hook: re-enterable

  bool all = false;      ///< signal: to all
  std::optional<term> k; ///< signal: for whom; interrupt: which job; none: its own
  bool keeps = false;    ///< signal: 202
  int ancestor = 0;      ///< cycle
  bool throws = true;    ///< interrupt
  bool descend = false;
};

struct graph {
  std::string topic;
  std::string publishes;
  bool persistent = false;
  bool named = false;      ///< a message's `id` names the job
  std::vector<node> nodes; ///< in preorder
};

struct story {
  std::vector<graph> graphs;

  [[nodiscard]] const graph* find(const std::string& topic) const;
};

/// How long an ended job of a story stays.
inline constexpr std::int64_t expire_ms = 600'000;

/// As the flow language has it.
[[nodiscard]] nlohmann::ordered_json written(const story& of);

} // namespace quipu::sim
