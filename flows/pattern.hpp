#pragma once

#include "collation/quipu/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace re2 {
class RE2;
}

namespace quipu {

/// An ECMA-262 regular expression (as with its `u` flag), run by RE2: in time linear to the text.
///
/// What means something else in RE2 is translated. Lookaheads, lookbehinds and backreferences,
/// which RE2 cannot do by design, are refused.
class pattern {
public:
  /// `fault::invalid`: it is no regular expression; `fault::too_large`: it is one, but none for
  /// RE2, or takes more bytes of `memory` than it may.
  [[nodiscard]] static result<pattern> compile(std::string_view ecma,
                                               std::int64_t memory = 8 << 20);

  /// Whether it is found anywhere in a text.
  [[nodiscard]] bool found_in(std::string_view text) const;
  /// Where it is found first, in bytes.
  [[nodiscard]] std::optional<std::size_t> first_in(std::string_view text) const;

private:
  explicit pattern(std::shared_ptr<const re2::RE2> code) : code_(std::move(code)) {}

  std::shared_ptr<const re2::RE2> code_;
};

} // namespace quipu
