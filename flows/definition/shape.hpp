#pragma once

#include "flows/tree.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace quipu::structure {

/// What the value under a key may be.
enum class shape : std::uint8_t {
  anything, ///< whatever a mapping may be, literals too
  text,     ///< a text that is not empty
  text_or_mapping,
  topic, ///< a text without blanks and braces
  topic_or_mapping,
  truth,
  truth_or_mapping,
  code, ///< a whole number of three digits
  code_or_mapping,
  signal_code,    ///< 200 or 202, or a mapping
  signal_subtype, ///< one or all
  count,          ///< a whole number, 0 or more
  sleep,          ///< any duration, null, a mapping
  expiry,         ///< a duration, 0 or more, or a mapping
  wait,           ///< a duration, 0 or more
  timeout,        ///< a duration, more than 0
  object,         ///< a map
  list,
  maps,    ///< a map tree or a reference
  schema,  ///< a map or a boolean
  section, ///< a map whose keys are checked apart
  stats,   ///< likewise
  retry,   ///< likewise
  ignored, ///< known, without effect: a warning
};

/// Whether `value` has the shape; otherwise says so, at the value. `what` names it: `"emit" of
/// activity "a"`.
bool fits(shape wanted, const tree& value, std::string_view what, findings& faults);

/// A reference, `{...}`, or a pipe: what is only known when the flow runs.
[[nodiscard]] bool is_mapping(const tree& value) noexcept;

/// The length of a literal duration that fits: seconds, or a text.
[[nodiscard]] std::chrono::milliseconds length(const tree& duration);

/// For messages: `the text "x"`, `a list`.
[[nodiscard]] std::string describe(const tree& value);

/// `"a", "b" and "c"`.
[[nodiscard]] std::string enumerate(std::span<const std::string_view> words,
                                    std::string_view last = "and");

/// Refuses a key that is not known, at the key, with the nearest that is.
bool check_key(const tree::entry& entry, std::span<const std::string_view> known,
               std::string_view what, findings& faults);
/// Every key of a map.
void check_keys(const tree& map, std::span<const std::string_view> known, std::string_view what,
                findings& faults);

/// Where something is missing from an item of a list: its first key.
[[nodiscard]] const place& first_key(const tree& item) noexcept;

} // namespace quipu::structure
