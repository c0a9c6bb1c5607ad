#pragma once

#include <quipu/json.hpp>
#include <quipu/result.hpp>

#include <string>
#include <string_view>

/// What a control socket answers: {"ok": ...} or {"fault", "message"}, in a line (control.hpp).
namespace quipu {

[[nodiscard]] json fault_line(const failure& why);

/// What stands under "ok", or the fault, whose message is never empty. `failed`: `who` answers, and
/// is no node.
[[nodiscard]] result<json> read_answer(const std::string& line, std::string_view who);

} // namespace quipu
