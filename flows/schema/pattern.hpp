#pragma once

#include "collation/quipu/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace quipu::draft7 {

/// An ECMA-262 regular expression (as with its `u` flag), run by RE2: in time linear to the text.
///
/// What means something else in RE2 is translated. Lookaheads, lookbehinds and backreferences,
/// which RE2 cannot do by design, are refused.
class pattern {
public:
  /// `fault::invalid`: it is no regular expression; `fault::too_large`: it is one, but none for
  /// RE2.
  [[nodiscard]] static result<pattern> compile(std::string_view ecma);

  /// Whether it is found anywhere in a text.
  [[nodiscard]] bool found_in(std::string_view text) const;

private:
  explicit pattern(std::shared_ptr<const re2::RE2> code) : code_(std::move(code)) {}

  std::shared_ptr<const re2::RE2> code_;
};

/// The same expression in RE2's syntax.
[[nodiscard]] result<std::string> to_re2(std::string_view ecma);

} // namespace quipu::draft7
