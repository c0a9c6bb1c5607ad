#pragma once

#include "flows/schema/program.hpp"
#include "flows/tree.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quipu::draft7 {

class compiler;

/// One keyword of one schema while it is compiled: what stands beside it, what it may become.
///
/// What reads a keyword's value reports what is wrong with it, at its place, and gives what is
/// left.
class site {
public:
  site(compiler& in, node_id node, const tree& schema, std::string_view keyword)
      : in_(in), node_(node), schema_(schema), keyword_(keyword) {}

  /// Adds a check to the schema for values of some kinds; others pass.
  template <class Check, class... Args>
  void demand(kinds applies, Args&&... args) {
    add(applies, std::make_unique<const Check>(std::forward<Args>(args)...));
  }

  void add(kinds applies, std::unique_ptr<const check> made);

  /// The same schema, at another of its keywords.
  [[nodiscard]] site as(std::string_view keyword) const { return {in_, node_, schema_, keyword}; }

  /// The node of a schema in this one that looks at the same value, or at a part of it.
  [[nodiscard]] node_id same(const tree& schema);
  [[nodiscard]] node_id part(const tree& schema);

  /// What stands behind another keyword of the same schema, or nullptr.
  [[nodiscard]] const tree* beside(std::string_view keyword) const { return schema_.find(keyword); }

  [[nodiscard]] std::optional<std::size_t> count(const tree& value) const;
  [[nodiscard]] std::optional<json> number(const tree& value) const;
  [[nodiscard]] std::optional<bool> boolean(const tree& value) const;
  [[nodiscard]] const std::string* text(const tree& value) const;
  [[nodiscard]] std::span<const tree> list(const tree& value) const; ///< not empty
  [[nodiscard]] std::span<const tree::entry> map(const tree& value) const;
  [[nodiscard]] std::vector<std::string> names(const tree& value) const; ///< none twice

  /// `keyword` and a sentence behind it, at `at`.
  void error(const place& at, std::string_view sentence) const;
  void warning(const place& at, std::string_view sentence) const;
  /// "must be a list, but is 3".
  void mistyped(const tree& value, std::string_view wanted) const;

private:
  compiler& in_;
  node_id node_;
  const tree& schema_;
  std::string_view keyword_;
};

} // namespace quipu::draft7
