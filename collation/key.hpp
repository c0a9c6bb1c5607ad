#pragma once

#include "collation/digit.hpp"
#include "collation/quipu/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {

/// The digits of one opening of a slice of the tree, in preorder: a piece of cord. Any length.
///
/// Positions that belong to a slice nested in this one are '0': their digits are in passes of their
/// own.
class key {
public:
  key() = default;
  explicit key(std::size_t size, digit fill = digit::pending)
      : text_(size, static_cast<char>(fill)) {}

  /// Refuses what is no state of an activity.
  [[nodiscard]] static result<key> parse(std::string_view text);

  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] digit at(std::size_t position) const {
    return static_cast<digit>(text_.at(position));
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::size_t open() const noexcept;

  /// Turns `count` digits from `first` on, all of which must be `from`; fails, and changes nothing,
  /// when one is not or the table does not allow the change.
  result<void> turn(std::size_t first, std::size_t count, digit from, digit to);
  /// Makes positions not applicable: they belong to nested passes.
  void cede(std::size_t first, std::size_t count);

  bool operator==(const key&) const = default;

private:
  std::string text_;
};

/// What an await shows behind its digit: the composite of the child that its newest pass started;
/// none: it has started none, or severed it.
using composite_of = std::function<const std::string*(std::size_t position)>;

/// The key with, right behind an await's digit, `1`, the child's composite, `2`.
[[nodiscard]] std::string composite(std::string_view key, const composite_of& child);

/// A composite taken apart: the flow's own digits, and the awaited flows by the position of their
/// await.
struct cord {
  struct hanging;
  std::string key;
  std::vector<hanging> children;
};

struct cord::hanging {
  std::size_t position;
  cord below;
};

/// Reads a composite. `invalid` when brackets do not match or stand where no digit is before them.
[[nodiscard]] result<cord> parse_composite(std::string_view text);

} // namespace quipu
