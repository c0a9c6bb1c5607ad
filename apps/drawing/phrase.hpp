#pragma once

#include "flows/tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What a flow says in YAML, in few words: for labels, where the whole would not fit.
namespace quipu {

/// A value, a reference or a pipe as one would write it in a formula: `price.eur > 1000` for a pipe
/// of `{price.output.data.eur}`, 1000 and `{@conditional.greater_than}`; `signal.id` for
/// `{$self.hook.data.id}`.
[[nodiscard]] std::string phrase(const tree& written);

/// When an edge is taken, or a signal answers: "on 402", "if price.eur > 1000". Empty: on success,
/// or whatever the signal says.
[[nodiscard]] std::string phrase_of_conditions(const tree& conditions);

/// At most `most` characters, the last of them a "…" if there were more.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

} // namespace quipu
