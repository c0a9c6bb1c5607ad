#pragma once

#include "actors/shelf.hpp"
#include "collation/ledger.hpp"
#include "collation/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace quipu {

/// Where a signal looks for those who wait for it.
struct route {
  std::vector<std::string> boards;
  bool is_named = false; ///< a hook of an active version names the topic
  /// Flows of other versions whose hooks name it, which counts while they run: version, topic.
  std::vector<std::pair<std::string, std::string>> others;
  std::optional<failure> refused; ///< the hooks that it would answer refuse what it says
};

/// The places of every rule, in any version of `app`, that names `topic`, for what `data` says.
[[nodiscard]] route find_route(const shelf& plans, const std::string& app, const std::string& topic,
                               const json& data, std::int64_t now_ms);

/// A signal that an activity sends, as the store takes it; none: nobody can wait for it.
[[nodiscard]] std::optional<signal> to_store(const shelf& plans, const std::string& app,
                                             const signalling& what, std::string mail,
                                             std::int64_t now_ms);

/// How long an early signal is kept.
inline constexpr std::int64_t early_ms = 3'600'000;

/// The body of a signal's mail.
[[nodiscard]] std::string signal_body(int code, const json& data, bool scrubs = false);

} // namespace quipu
