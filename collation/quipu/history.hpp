#pragma once

#include <cstdint>
#include <string_view>

namespace quipu {

/// What is kept of the steps that a job has made. It is settled when the job is born; what it
/// awaits does as it does. What a job is and has (`quipu job`) is kept in all of them.
enum class history_mode : std::uint8_t {
  full,   ///< every record, whole: the history gives the state again
  digits, ///< every record without documents: legs, digits and times
  off,    ///< no records
};

/// "full", "digits", "off".
[[nodiscard]] std::string_view name(history_mode mode) noexcept;

} // namespace quipu
