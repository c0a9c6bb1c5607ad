#pragma once

#include "flows/definition/shape.hpp"

#include <array>
#include <cstdint>
#include <string_view>

/// What a definition may say: the types of activities, and the keys that each may have. A new type is a row here and a
/// file in flows/kinds/.
namespace quipu {

/// The types that `type:` may name. What makes NAME different from the others is `NAME_kind`, in flows/kinds/NAME.cpp.
#define QUIPU_ACTIVITY_KINDS(ROW)                                                                  \
  ROW(trigger) ROW(worker) ROW(await) ROW(hook) ROW(signal) ROW(cycle) ROW(interrupt)

enum class activity_kind : std::uint8_t {
#define QUIPU_ROW(name) name,
  QUIPU_ACTIVITY_KINDS(QUIPU_ROW)
#undef QUIPU_ROW
};

/// Their names, in the order of the enum.
inline constexpr std::array kind_names{
#define QUIPU_ROW(name) std::string_view{#name},
    QUIPU_ACTIVITY_KINDS(QUIPU_ROW)
#undef QUIPU_ROW
};

[[nodiscard]] constexpr std::string_view name(activity_kind kind) noexcept {
  return kind_names[static_cast<std::size_t>(kind)];
}

} // namespace quipu

namespace quipu::structure {

/// Types of activities, one bit each.
using kinds = std::uint32_t;
static_assert(kind_names.size() <= 32);

constexpr kinds only(activity_kind kind) noexcept {
  return kinds{1} << static_cast<unsigned>(kind);
}

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

inline constexpr kinds everybody = ~kinds{0};
#define QUIPU_ROW(name) inline constexpr kinds name = only(activity_kind::name);
QUIPU_ACTIVITY_KINDS(QUIPU_ROW)
#undef QUIPU_ROW

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

/// What every type may say, but where it changes nothing: a warning, with what would.
struct idle_row {
  std::string_view key;
  std::string_view part; ///< in its section; empty: the key itself
  kinds who;
  std::string_view why;
};

inline constexpr std::array activity_idles{
    idle_row{"input", "maps", trigger, "its input is the message; \"output\" may map it"},
    idle_row{"statusThreshold", "", trigger, "nothing else of its job has begun"},
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
