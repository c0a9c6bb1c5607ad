#pragma once

#include "collation/quipu/json.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quipu {

/// Where something was written: file, line and column, 1-based, columns in characters (code
/// points). Line 0: it was not read from a file.
struct place {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;
};

/// One value of a document (YAML or JSON) together with the place it was written at. `$ref`s are
/// already followed: what came from another file has that file's place.
struct tree {
  enum class kind : std::uint8_t { scalar, list, map };
  struct entry;

  kind is = kind::scalar;
  json scalar;                ///< null, boolean, number or string; null for lists and maps
  bool quoted = false;        ///< a string that was written in quotes
  std::vector<tree> items;    ///< of a list
  std::vector<entry> entries; ///< of a map, in the order written; keys are strings and unique
  place at;

  [[nodiscard]] bool is_map() const noexcept { return is == kind::map; }
  [[nodiscard]] bool is_list() const noexcept { return is == kind::list; }
  [[nodiscard]] bool is_string() const noexcept { return is == kind::scalar && scalar.is_string(); }
  [[nodiscard]] bool is_null() const noexcept { return is == kind::scalar && scalar.is_null(); }
  /// The text of a string scalar.
  [[nodiscard]] const std::string& text() const { return scalar.get_ref<const std::string&>(); }
  /// The value under `key`, or nullptr.
  [[nodiscard]] const tree* find(std::string_view key) const noexcept;
};

struct tree::entry {
  std::string key;
  place at;
  tree value;
};

/// The value without its places.
[[nodiscard]] json to_json(const tree& value);
/// A value without places, for data that comes from elsewhere than a document.
[[nodiscard]] tree to_tree(const json& value);

/// One fault of a document.
struct finding {
  enum class weight : std::uint8_t { error, warning };
  place at;
  std::string message; ///< what, why, what would be right
  weight is = weight::error;
};

/// Collects the faults of a document, so that all of them are told in one go.
class findings {
public:
  void error(const place& at, std::string message);
  void warning(const place& at, std::string message);
  [[nodiscard]] bool failed() const noexcept { return errors_ > 0; }
  [[nodiscard]] const std::vector<finding>& all() const noexcept { return all_; }

private:
  std::vector<finding> all_;
  std::size_t errors_ = 0;
};

/// `file:line:column: error: message`, as compilers write it; `name: error: message` for what was
/// not read from a file.
[[nodiscard]] std::string to_string(const finding& what);
/// All errors, a line each.
[[nodiscard]] std::string errors_of(const findings& told);

} // namespace quipu
