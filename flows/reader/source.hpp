#pragma once

#include "flows/tree.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::reader {

/// The text of one file, and where each of its bytes is for a person who looks at it. Offsets are
/// in bytes; a place counts characters. A byte order mark is not part of the text.
class source {
public:
  source(std::string text, std::string name);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const std::string& name() const noexcept { return *name_; }
  /// The place of a byte; past the end: the end.
  [[nodiscard]] place at(std::size_t offset) const;
  /// What a byte belongs to begins behind its anchor and its tag: the offset of that.
  [[nodiscard]] std::size_t behind_properties(std::size_t offset) const noexcept;
  /// Whether the quoted text that begins here also ends.
  [[nodiscard]] bool closes_quote(std::size_t offset) const noexcept;
  /// The line that a byte is in, without its end; and where it begins.
  [[nodiscard]] std::string_view line_of(std::size_t offset) const noexcept;
  [[nodiscard]] std::size_t line_start(std::size_t offset) const noexcept;

  /// Tells the first byte that is not UTF-8 or that no text has (NUL and other controls); whether
  /// there was none.
  [[nodiscard]] bool check_characters(findings& faults) const;

private:
  [[nodiscard]] std::size_t characters_before(std::size_t offset) const noexcept;

  std::string text_;
  std::shared_ptr<const std::string> name_;
  std::vector<std::size_t> lines_; ///< where each begins
  std::vector<std::size_t> marks_; ///< characters before each `stride` bytes
};

} // namespace quipu::reader
