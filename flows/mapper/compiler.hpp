#pragma once

#include "flows/mapper/program.hpp"

namespace quipu::mapper {

/// Turns what was written into a program: names into slots and function pointers, what depends on
/// nothing into constants. Every fault is told at its place; what had one is `broken`, so that the
/// rest can be looked at.
class compiler {
public:
  compiler(const scope& names, findings& faults, mapping::role as)
      : names_(names), faults_(faults), as_(as) {}

  [[nodiscard]] std::unique_ptr<const program> compile(const tree& written);

private:
  node any(const tree& written);
  node map(const tree& written);
  node list(const tree& written);
  node text(const tree& written);
  node called(std::string_view name, const place& at);
  node led_to(std::string_view path, const place& at);
  node document(slot what, std::vector<std::string> keys, std::size_t from);
  node piped(const tree& rows);
  /// `inherits`: whether a row stands before these whose operands the first of them can take.
  std::vector<row> rows(const tree& written, bool inherits);
  row nested(const tree& written, std::size_t index, bool inherits);
  row cells(const tree& written, std::size_t index);
  node cell(const tree& written);
  void check(const row& call, const tree* before, const row* cells_before);
  node folded(std::unique_ptr<pipe> made);
  node wrong(const place& at, std::string why);

  const scope& names_;
  findings& faults_;
  mapping::role as_;
  program made_;
  std::size_t depends_ =
      0; ///< how many things so far depend on something: references, the clock, faults
  std::size_t reduces_ = 0; ///< how many `@reduce` are open here
  std::size_t depth_ = 0;
  bool in_cell_ = false; ///< in a list or map that is a cell: data, no map tree
};

} // namespace quipu::mapper
