#pragma once

#include "flows/definition.hpp"
#include "flows/definition/shape.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace quipu::structure {

/// Types of activities, one bit each.
using kinds = std::uint8_t;

constexpr kinds only(activity_kind kind) noexcept {
  return static_cast<kinds>(1U << static_cast<unsigned>(kind));
}

inline constexpr std::array kind_names{std::string_view{"trigger"},  std::string_view{"worker"},
                                       std::string_view{"await"},    std::string_view{"hook"},
                                       std::string_view{"signal"},   std::string_view{"cycle"},
                                       std::string_view{"interrupt"}};
static_assert(kind_names.size() == static_cast<std::size_t>(activity_kind::interrupt) + 1);

/// What may stand in a section.
enum class parts : std::uint8_t { none, maps, schema, both };

/// One key of an activity: adding one is adding a row.
struct key_row {
  std::string_view key;
  kinds who;
  shape takes;
  parts holds = parts::none;   ///< of a section
  parts by_code = parts::none; ///< of a section: what may stand under a code in it
};

inline constexpr kinds everybody = 0x7F;
inline constexpr kinds trigger = only(activity_kind::trigger);
inline constexpr kinds worker = only(activity_kind::worker);
inline constexpr kinds await = only(activity_kind::await);
inline constexpr kinds hook = only(activity_kind::hook);
inline constexpr kinds signal = only(activity_kind::signal);
inline constexpr kinds cycle = only(activity_kind::cycle);
inline constexpr kinds interrupt = only(activity_kind::interrupt);

inline constexpr std::array activity_keys{
    key_row{"type", everybody, shape::anything},
    key_row{"title", everybody, shape::text},
    key_row{"topic", everybody, shape::topic_or_mapping},
    key_row{"input", everybody, shape::section, parts::both},
    key_row{"output", everybody, shape::section, parts::both, parts::schema},
    key_row{"job", everybody, shape::section, parts::maps, parts::maps},
    key_row{"emit", everybody, shape::truth_or_mapping},
    key_row{"persist", everybody, shape::truth_or_mapping},
    key_row{"telemetry", everybody, shape::object},
    key_row{"statusThreshold", everybody, shape::count},
    key_row{"stats", trigger, shape::stats},
    key_row{"timeout", worker, shape::timeout},
    key_row{"retry", worker, shape::retry},
    key_row{"await", await, shape::truth_or_mapping},
    key_row{"sleep", hook, shape::sleep},
    key_row{"cycle", hook, shape::truth},
    key_row{"hook", hook, shape::section, parts::schema},
    key_row{"subtype", signal, shape::signal_subtype},
    key_row{"signal", signal, shape::section, parts::maps},
    key_row{"code", signal, shape::signal_code},
    key_row{"scrub", signal, shape::truth_or_mapping},
    key_row{"key_name", signal, shape::text_or_mapping},
    key_row{"key_value", signal, shape::anything},
    key_row{"resolver", signal, shape::section, parts::maps},
    key_row{"status", signal, shape::ignored},
    key_row{"ancestor", cycle, shape::text},
    key_row{"target", interrupt, shape::text_or_mapping},
    key_row{"reason", interrupt, shape::text_or_mapping},
    key_row{"code", interrupt, shape::code_or_mapping},
    key_row{"throw", interrupt, shape::truth_or_mapping},
    key_row{"descend", interrupt, shape::truth_or_mapping},
};

/// Which types cannot do without a key.
struct need_row {
  std::string_view key;
  kinds who;
  std::string_view why;
};

inline constexpr std::array activity_needs{
    need_row{"topic", worker, "it says which workers are asked"},
    need_row{"topic", await, "it says which flow is started"},
    need_row{"topic", signal, "it says which hooks are answered"},
    need_row{"ancestor", cycle, "it says which activity is entered again"},
};

inline constexpr std::array app_keys{std::string_view{"id"}, std::string_view{"version"},
                                     std::string_view{"schemas"}, std::string_view{"graphs"},
                                     std::string_view{"settings"}};
inline constexpr std::array graph_keys{
    std::string_view{"subscribes"}, std::string_view{"publishes"},   std::string_view{"expire"},
    std::string_view{"persistent"}, std::string_view{"input"},       std::string_view{"output"},
    std::string_view{"activities"}, std::string_view{"transitions"}, std::string_view{"hooks"}};
inline constexpr std::array edge_keys{std::string_view{"to"}, std::string_view{"conditions"}};

} // namespace quipu::structure
