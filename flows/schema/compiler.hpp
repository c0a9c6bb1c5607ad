#pragma once

#include "flows/schema/document.hpp"
#include "flows/schema/program.hpp"
#include "flows/tree.hpp"

#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace quipu::draft7 {

/// Makes a program of a schema: one node for each schema that can be reached, references followed.
class compiler {
public:
  explicit compiler(const tree& written) : root_(written), names_(written) {}

  /// The program; faults are told in the order in which they stand in the document.
  [[nodiscard]] program compile(findings& faults);

  // For `site`:
  /// The node of a schema; its checks follow later.
  [[nodiscard]] node_id node(const tree& schema);
  /// The node of a schema that looks at the same value as `from`.
  [[nodiscard]] node_id below(node_id from, const tree& schema);
  void add(node_id to, program::rule rule) { rules_[to].push_back(std::move(rule)); }
  [[nodiscard]] findings& faults() noexcept { return faults_; }

private:
  /// A schema looks at the same value as another one. In a circle it would do so for ever.
  struct edge {
    node_id to;
    const tree* reference; ///< the `$ref` that leads there, or nullptr
  };

  [[nodiscard]] const tree* target(const tree& schema);
  void compile_node(const tree& schema, node_id into);
  void look_at_unknown(const tree::entry& entry);
  void look_beside(const tree& reference);
  void refuse_circles();
  [[nodiscard]] program flat(node_id root);

  const tree& root_;
  document names_;
  findings faults_;
  std::unordered_map<const tree*, node_id> nodes_;
  std::unordered_set<const tree*> references_; ///< schemas with a `$ref` that have been looked at
  std::unordered_set<const tree*> circles_;    ///< those that lead to no end
  std::deque<std::pair<const tree*, node_id>> to_do_;
  std::vector<std::vector<program::rule>> rules_; ///< by node
  std::vector<std::vector<edge>> edges_;          ///< by node
};

} // namespace quipu::draft7
