#pragma once

#include "collation/quipu/result.hpp"
#include "flows/tree.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quipu::draft7 {

/// A schema and all schemas in it, by what a `$ref` may call them: `$id`s, JSON pointers, and the
/// address of draft-07's own schema.
///
/// What has an `$id`, and what the reader took from another file, is a resource: `#` in it means
/// its own root. A pointer that leads nowhere in a file's piece is tried in what the piece stands
/// in.
class document {
public:
  explicit document(const tree& root);

  /// The schema that `reference`, written in the schema `from`, leads to. Valid as long as the tree
  /// and this. `fault::invalid`: nowhere.
  [[nodiscard]] result<const tree*> follow(std::string_view reference, const tree& from);

private:
  using resource_id = std::uint32_t;
  static constexpr resource_id none = 0xffffffffU;

  struct resource {
    const tree* root;
    std::string base;         ///< its URI without fragment; empty: it has none
    resource_id outer = none; ///< of a file's piece: what it stands in
  };

  void index(const tree& schema, resource_id in);
  resource_id add(resource made);
  void name(const std::string& uri, const tree& schema) { named_.try_emplace(uri, &schema); }
  [[nodiscard]] resource_id find(const std::string& head);
  [[nodiscard]] result<const tree*> point(std::string_view pointer, resource_id in);
  [[nodiscard]] failure unknown(std::string_view reference, std::string_view full) const;

  std::vector<resource> resources_;
  std::unordered_map<const tree*, resource_id> where_;
  std::map<std::string, const tree*, std::less<>> named_; ///< absolute, fragments only if not empty
  std::unique_ptr<const tree> metaschema_;                ///< once somebody refers to it
};

/// What a schema's `$ref` says, unless it has none.
[[nodiscard]] const tree* reference_of(const tree& schema) noexcept;

} // namespace quipu::draft7
