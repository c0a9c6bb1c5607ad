#pragma once

#include "flows/reader/budget.hpp"
#include "flows/reader/source.hpp"
#include "flows/tree.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace quipu::reader {

/// Thrown through the parser, and by nothing else: a fault after which reading on makes no sense.
/// It has been told.
struct stop {};

/// Puts a positioned tree together from what a parser finds: keys must be unique texts, aliases
/// become copies, merge keys (`<<`) are dissolved. Offsets are in bytes of the source.
class builder {
public:
  /// A parser's name for an anchor; 0: none.
  using anchor = std::size_t;
  /// Where the first alias of each anchor stands that has one; only these are remembered.
  using aliases = std::unordered_map<anchor, std::size_t>;

  /// One scalar, as a value and as the key that it is if it stands where a key does.
  struct atom {
    json value;
    std::string key;
    bool quoted = false;
    bool implied = false; ///< nothing was written: the value has no place of its own
  };

  builder(const source& from, budget& used, findings& faults, aliases wanted = {});

  void open(tree::kind kind, std::size_t offset, anchor name = 0, bool flow = false);
  void close();
  void scalar(atom what, std::size_t offset, anchor name = 0);
  void alias(anchor name, std::size_t offset);

  /// Where the innermost `[` or `{` is that is not closed; npos: there is none.
  [[nodiscard]] std::size_t open_bracket() const noexcept;
  [[nodiscard]] bool in_flow_list() const noexcept;
  [[nodiscard]] tree take() { return std::move(root_); }

private:
  /// A value with what it costs.
  struct part {
    tree value;
    std::size_t nodes = 1;
    std::size_t height = 0; ///< of maps and lists in each other, itself included
  };

  struct frame {
    part made;
    anchor name = 0;
    std::size_t bracket = std::string::npos;
    bool is_key = false; ///< refused where it ends: one that never ends is another fault
    bool awaits_key = false;
    tree::entry next; ///< of a map: the key that waits for its value
    bool next_is_repeated = false;
    bool next_is_merge = false;
    std::unordered_map<std::string, place> keys;
    std::vector<std::pair<std::size_t, tree>> merges; ///< before which entry, and what
  };

  void add(part what, anchor name);
  void add_key(atom what, std::size_t offset);
  void merge(frame& into);
  void charge(std::size_t nodes, std::size_t offset);
  void check_depth(std::size_t height, std::size_t offset);
  void remember(const part& what, anchor name);

  const source& from_;
  budget& used_;
  findings& faults_;
  aliases wanted_;
  std::size_t remembered_ = 0; ///< nodes
  std::unordered_map<anchor, part> anchors_;
  std::vector<frame> open_;
  tree root_;
};

} // namespace quipu::reader
