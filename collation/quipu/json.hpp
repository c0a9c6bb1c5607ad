#pragma once

#include <nlohmann/json.hpp>

namespace quipu {

/// JSON as quipu keeps it: objects remember the order in which their keys were written, because
/// ECMA-262 does (Object.keys, JSON.stringify), and so do people who read what they sent.
///
/// `nlohmann::json` converts to it implicitly; back by `nlohmann::json(value)`.
using json = nlohmann::ordered_json;

} // namespace quipu
