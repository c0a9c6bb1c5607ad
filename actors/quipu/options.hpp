#pragma once

#include <quipu/history.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace quipu {

enum class log_level : std::uint8_t { trace, debug, info, warning, error, off, inherit };
enum class log_format : std::uint8_t { text, jsonl };

/// What a node says while it runs, on stderr. `inherit`: as `level`.
struct log_options {
  log_format format = log_format::text;
  log_level level = log_level::info;
  log_level node = log_level::inherit;    ///< starts, stops, what it serves
  log_level engine = log_level::inherit;  ///< jobs and their steps
  log_level store = log_level::inherit;   ///< writes that failed
  log_level worker = log_level::inherit;  ///< calls and their answers
  log_level control = log_level::inherit; ///< what other processes ask
};

/// How large things may be. Each is a setting, `limits.` and the name with a dot for `_`; what
/// exceeds one is refused with its name.
struct node_limits {
  std::size_t payload_bytes = 1 << 20; ///< a message or reply, as MessagePack
  std::size_t id_bytes = 255;          ///< a job's id
  std::size_t definition_bytes = 1 << 20;
  std::size_t definition_activities = 10'000; ///< in one graph
  std::size_t definition_depth = 64;
  std::size_t definition_aliases = 10'000;
  std::size_t mapper_steps = 100'000;
  std::size_t mapper_bytes = 1 << 20;
  std::size_t commit_bytes = 4 << 20;   ///< what one step of a job writes
  std::size_t commit_children = 1'000;  ///< jobs that one step starts; more come with the next
  std::size_t history_records = 10'000; ///< that a job keeps; a checkpoint stands for older ones
  std::size_t starts = 100'000;         ///< starts that wait for their answer
  std::size_t jobs = 20'000;            ///< jobs that an engine holds; more wait in the store
  std::size_t store_calls = 65'536;
  std::size_t store_bytes = std::size_t{64} << 30U;
  std::size_t control_connections = 64;
  std::size_t control_bytes = 16 << 20; ///< a request over the control socket
};

/// Where a node keeps its jobs and how careful it is. `configs/node.reference.yaml` says more of
/// each.
struct node_options {
  enum class durability : std::uint8_t {
    sync,    ///< what is answered has reached the disk
    relaxed, ///< kill and power loss cost at most the last 20 ms, never the store
  };

  /// "lmdb:DIR", "redis://[USER@]HOST[:PORT][/DATABASE][?ns=NAME]", "redis+unix:///PATH" or "memory:".
  std::string store = "lmdb:./quipu-data";
  durability durable = durability::sync;
  history_mode history = history_mode::full;
  unsigned engines = 0; ///< engine actors; 0: one a core, at most 4
  unsigned threads = 0; ///< scheduler threads; 0: one a core
  bool listen = true;   ///< answer the `quipu` command at DIR/quipu.sock
  bool observe = false; ///< only look: the store is opened for reading, nothing runs
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds drain{10'000}; ///< how long `stop` waits for calls that are out
  /// `stats.keep`: how long measures are kept after the last job that they count; 0: for ever.
  std::chrono::milliseconds stats_keep = std::chrono::hours{24 * 90};
  node_limits limits{};
  log_options log{};
};

} // namespace quipu
