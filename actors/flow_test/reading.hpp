#pragma once

#include "collation/event.hpp"
#include "flows/tree.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Reading the pieces of a flow test: each says what is wrong at its place, and what would be right.
namespace quipu::flow_test {

/// Whether it is a map with no other keys than these.
bool check_map(const tree& written, std::string_view what, std::span<const std::string_view> known,
               findings& faults);
/// The text under a key; a fault if it is something else, or missing although it is needed.
[[nodiscard]] std::string text_of(const tree& map, std::string_view key, findings& faults,
                                  bool needed = false);
[[nodiscard]] std::optional<std::int64_t> number_of(const tree& map, std::string_view key,
                                                    findings& faults);
[[nodiscard]] std::optional<bool> truth_of(const tree& map, std::string_view key, findings& faults);
/// A duration, milliseconds.
[[nodiscard]] std::int64_t duration_of(const tree& written, findings& faults);
/// `status` and `code` of a reply, with what each is when the other says it.
[[nodiscard]] answer answer_of(const tree& written, findings& faults);

/// Everything that `pattern` has is in `value`: of objects, at any depth; all else is equal.
[[nodiscard]] bool is_subset(const json& pattern, const json& value);

} // namespace quipu::flow_test
