#pragma once

#include <quipu/options.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace quipu {

/// The value of a setting: text, or a number. A truth is 0 or 1, a choice its place among the
/// choices, a size bytes, a duration milliseconds.
using amount = std::variant<std::int64_t, std::string>;

/// One thing that can be set, in a file, by the environment or by a flag. All that is known of it:
/// reading, help, the reference file and every check derive from the table.
struct setting {
  enum class type : std::uint8_t { text, truth, choice, count, size, duration };

  std::string_view key; ///< "limits.payload.bytes": maps in each other in a file
  type is = type::text;
  std::string_view form; ///< what stands for a value in help: "URL", "1MiB"
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::span<const std::string_view> choices;
  std::string_view doc; ///< the first line says what it is
  amount (*get)(const node_options&) = nullptr;
  void (*set)(node_options&, const amount&) = nullptr;
};

/// The one table of settings, in the order of the reference file.
[[nodiscard]] const std::vector<setting>& settings();
/// nullptr: there is none.
[[nodiscard]] const setting* find_setting(std::string_view key) noexcept;

/// "--limits.payload.bytes".
[[nodiscard]] std::string flag_of(const setting& what);
/// "QUIPU_LIMITS_PAYLOAD_BYTES".
[[nodiscard]] std::string variable_of(const setting& what);

} // namespace quipu
