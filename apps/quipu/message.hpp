#pragma once

#include <quipu/json.hpp>
#include <quipu/result.hpp>

#include <string>

namespace quipu {

/// A message as it is written on the command line: JSON, `@FILE`, or `-` for stdin. `bad_request`.
[[nodiscard]] result<json> read_message(const std::string& written);

/// What `--help` says of such a word.
inline constexpr const char* message_help = "JSON, @FILE, or - for stdin";

} // namespace quipu
