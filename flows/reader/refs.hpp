#pragma once

#include "flows/reader/budget.hpp"
#include "flows/reader/source.hpp"
#include "flows/tree.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::reader {

/// The files of one definition, each read once, and the `$ref`s between them.
///
/// A `$ref` that begins with `#` or is a URL, inside a `schema`, is the JSON Schema's own and
/// stays.
class library {
public:
  /// `folder` is what no `$ref` may leave; empty: there are no files, and every `$ref` to one is
  /// refused.
  library(const std::filesystem::path& folder, budget& used, findings& faults);

  /// Reads the root of a definition, from `file` or, if that is empty, from a text that stands for
  /// itself, and follows its `$ref`s. None: `faults` has said why.
  [[nodiscard]] std::optional<tree> read(const std::filesystem::path& file, const source& from);

private:
  struct document {
    std::filesystem::path folder; ///< its own
    std::string name;
    tree root;
    std::size_t nodes = 0;
    std::size_t visited = 0; ///< nodes, by all walks
    bool readable = false;   ///< otherwise its own faults have been told
  };
  /// Where the walk is: how it came here, and what it is in.
  struct position {
    document* in = nullptr;
    std::size_t depth = 0;
    std::size_t links = 0; ///< `$ref`s that led here, one in the target of the other
    bool schema = false;
  };

  tree follow(const tree& node, position where);
  std::optional<tree> target(const tree& ref, position where);
  document* open(const tree& ref, std::string_view path, const document& from);
  bool load(document& into, const std::filesystem::path& path, const tree& ref);
  bool charge(document& in, const tree& ref);
  void refuse(const tree& ref, std::string why);

  std::filesystem::path folder_;
  budget& used_;
  findings& faults_;
  std::map<std::filesystem::path, std::unique_ptr<document>> documents_;
  std::vector<const tree*> trail_; ///< the `$ref`s that are being followed, and their targets
  std::set<const tree*> refused_;
  bool exhausted_ = false;
};

} // namespace quipu::reader
