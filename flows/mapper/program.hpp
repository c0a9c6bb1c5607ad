#pragma once

#include "flows/mapper/function.hpp"
#include "flows/mapper/path.hpp"
#include "flows/mapping.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace quipu::mapper {

/// A mapping compiled: a tree of nodes, made once for a version of an app, read by every thread.
struct node;

/// What depends on nothing.
struct constant {
  json data;                  ///< what it gives outside
  bool defined = true;        ///< false: undefined, outside
  std::optional<value> exact; ///< what a pipe sees, if JSON cannot say it: NaN, -0, a date
};

/// What `{...}` reads.
struct reference {
  enum class root : std::uint8_t { document, output, item, key, index, input };

  root from = root::document;
  std::uint32_t document = 0; ///< which of the program's `reads`
  std::vector<hop> path;
  bool last = false; ///< nothing in this round reads `{$output}` behind this: it may be taken away
};

/// A row of a pipe.
struct row {
  enum class kind : std::uint8_t { cells, call, pipe, reduce };

  kind is = kind::cells;
  const function* calls = nullptr; ///< of a call
  std::string name;                ///< "math.add"
  std::vector<node> cells;         ///< of cells; of a call, those behind the function
  std::vector<row> rows;           ///< of a nested pipe or a reduce
  place at;
  bool begins_with_output =
      false; ///< of a reduce: a round's first row takes what is so far as its operand
  bool reads_output = false; ///< of a reduce: something in a round reads `{$output}`
};

struct pipe {
  std::vector<row> rows;
};

/// `x[-]` and `x[_]`: the members that begin with this character stand where it stands.
struct spread {
  char first = '-';
  std::size_t before = 0; ///< how many members are written before it
  std::unique_ptr<node> of;
};

struct object {
  std::vector<std::pair<std::string, node>> members;
  std::vector<spread> spreads;
};

struct array {
  std::vector<node> items;
};

/// What had a fault: evaluating it fails with the fault.
struct broken {
  std::string why;
};

struct node {
  std::variant<constant, reference, std::unique_ptr<pipe>, std::unique_ptr<object>,
               std::unique_ptr<array>, broken>
      is;
};

struct program {
  node root;
  std::vector<slot> reads;
  bool is_volatile = false;
};

} // namespace quipu::mapper
