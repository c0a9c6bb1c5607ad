#pragma once

#include "tests/bench/raw.hpp"

#include <quipu/options.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::bench {

/// A store that is measured: it knows how a node opens it, how fast a bare client is on it, and
/// what CPU it takes.
class store {
public:
  store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  virtual ~store() = default;

  /// For a node on an empty store.
  [[nodiscard]] virtual node_options fresh() = 0;
  /// Commits a second of a bare client with so many in flight; none: there is nothing below it.
  [[nodiscard]] virtual std::optional<double> raw(std::size_t in_flight, seconds for_long) = 0;
  /// CPU seconds that the store has used since it was opened.
  [[nodiscard]] virtual double cpu() const = 0;
  /// Whether that is part of what the node's process uses.
  [[nodiscard]] virtual bool is_inside() const { return true; }
  /// The port of a Redis that a peer may be measured on; 0: it is none.
  [[nodiscard]] virtual std::uint16_t redis_port() const { return 0; }
  /// Bytes that what is in it takes; 0: not known.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
  /// Waits until it has done what it does behind what it has answered.
  virtual void rest() const {}
};

struct store_kind {
  std::string_view name;
  std::string_view about;
  std::unique_ptr<store> (*open)(const std::filesystem::path& scratch);
};

/// "memory", "lmdb-relaxed", "lmdb-sync", "redis-everysec", "redis-always"
[[nodiscard]] const std::vector<store_kind>& stores();

} // namespace quipu::bench
