#pragma once

#include "collation/quipu/json.hpp"
#include "flows/tree.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace quipu {

namespace draft7 {
struct program;
}

/// One way in which data breaks a schema.
struct breach {
  std::string path;    ///< JSON pointer to what breaks it; empty: the whole
  std::string rule;    ///< the keyword that is broken, `required`; `limit`: see `schema::check`
  std::string message; ///< `is "x", must be an integer`

  bool operator==(const breach&) const = default;
};

/// `/order/qty is "x", must be an integer (type)`.
[[nodiscard]] std::string to_string(const breach& what);

/// A JSON Schema, draft-07, compiled: what a message, an input or a reply must look like.
///
/// Immutable, shared by every thread that runs the plan. What is supported and what is refused:
/// docs/schemas.md.
class schema {
public:
  /// Compiles a schema. Faults of the schema itself - wrong type names and keyword values, patterns
  /// that RE2 cannot do, `$ref`s that lead nowhere or in a circle - go to `faults`, each at its
  /// place; a keyword that looks misspelt is a warning.
  [[nodiscard]] static schema compile(const tree& written, findings& faults);

  /// Accepts everything.
  schema();
  ~schema();
  schema(schema&&) noexcept;
  schema& operator=(schema&&) noexcept;

  /// The ways in which `data` breaks it, up to `most` of them, in the order found; none: it fits.
  ///
  /// Total: data nested too deeply for it, or a schema that would look at the same data millions of
  /// times, is a breach of the rule `limit`.
  [[nodiscard]] std::vector<breach> check(const json& data, std::size_t most = 1) const;

  /// Whether it accepts everything.
  [[nodiscard]] bool empty() const noexcept;

private:
  std::unique_ptr<const draft7::program> program_;
};

} // namespace quipu
