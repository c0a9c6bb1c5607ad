#pragma once

#include <quipu/client.hpp>

#include <chrono>
#include <string>

/// What a control socket is asked: a JSON object in a line, `verb` and what the verb needs (control.hpp).
namespace quipu {

/// How long `wait` and `listen` make it wait at the most.
inline constexpr std::chrono::milliseconds longest_control_wait{500};

/// `bad_request`: the line is no JSON object. `invalid`: it nests too deeply.
[[nodiscard]] result<json> read_request(const std::string& line);

/// Does what is asked, and answers: {"ok": ...} or {"fault", "message"}. Throws nothing.
[[nodiscard]] json perform(client& to, const json& request);

} // namespace quipu
