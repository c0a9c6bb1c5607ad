#pragma once

#include "collation/event.hpp"

#include <string>
#include <string_view>

/// Errors of activities, as answers and as documents.
namespace quipu {

/// The answer that is this error; `data` beside the message, where it is an object.
[[nodiscard]] answer error_of(int code, std::string message, json data = nullptr);

/// {code, message, data} of an answer. One without a message has its code's phrase.
[[nodiscard]] json described(const answer& given);

/// The reason of a status code, as HTTP calls it (RFC 9110, 15): "Not Found".
[[nodiscard]] std::string_view phrase(int code) noexcept;

} // namespace quipu
