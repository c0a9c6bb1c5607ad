#pragma once

#include "tests/sim/dice.hpp"
#include "tests/sim/story.hpp"

#include <string>
#include <vector>

namespace quipu::sim {

/// Something that somebody outside does.
struct deed {
  enum class kind : std::uint8_t { publish, signal, interrupt };
  std::int64_t at_ms = 0; ///< since the story began
  kind is = kind::publish;
  std::string topic; ///< of a start, a signal
  std::string job;   ///< to start or to interrupt
  json data;
  std::string id;     ///< of a signal; may be empty
  bool throws = true; ///< an interrupt
  bool descend = false;
  bool owned = true; ///< a start: by the engine that is asked, if it may
};

struct script {
  story app;
  std::vector<deed> deeds; ///< in order
};

/// Whom workers of a story serve.
inline const std::vector<std::string> worker_topics{"w0", "w1", "w2"};
/// How long deeds go on.
inline constexpr std::int64_t deeds_ms = 12'000;

/// Writes a story: the same for the same seed.
[[nodiscard]] script write_script(std::uint64_t seed);

/// What a worker says to a call: always the same to the same throw.
struct said {
  enum class status : std::uint8_t { success, pending, error };
  status is = status::success;
  int code = 200;
  json data;
  std::int64_t after_ms = 0;
};
[[nodiscard]] said reply_of(dice& throws, std::uint32_t pass, std::uint64_t serial);

} // namespace quipu::sim
