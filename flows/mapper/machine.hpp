#pragma once

#include "flows/mapper/program.hpp"

#include <functional>
#include <optional>

namespace quipu::mapper {

/// What a pipe was about to go on with, after one of its rows.
struct trace {
  std::string_view path; ///< the key it is for: "customer.name"
  std::size_t depth = 0; ///< pipes in pipes
  std::size_t row = 0;   ///< from 0
  const mapper::row* what = nullptr;
  std::span<const value> operands;
};
using observer = std::function<void(const trace&)>;

/// Evaluates one program, once.
class machine {
public:
  /// Without an environment only what depends on nothing can be evaluated.
  machine(const program& code, const environment* from, const fuel& limit,
          const observer* watching = nullptr);

  /// As JSON; none: undefined.
  [[nodiscard]] result<std::optional<json>> to_json();
  /// As it is in a pipe. Borrows from the environment's documents and the program.
  [[nodiscard]] result<value> to_value();

  [[nodiscard]] value evaluate(const node& what);
  [[nodiscard]] value run(const std::vector<row>& rows);
  [[nodiscard]] budget& spent() noexcept { return spend_; }

private:
  struct frame {
    value output;
    value item;
    value key;
    value index;
    value input;
  };
  /// Where operands lie on the stack.
  struct range {
    std::size_t at = 0;
    std::size_t count = 0;
  };

  value run(const std::vector<row>& rows, range before);
  value reduce(const row& what, range operands);
  void push_cells(const row& what);
  value read(const reference& from);
  bool write(const node& what, json& to);
  bool write_value(value what, json& to);
  bool write_object(const object& what, json& to);
  void tell(const row& what, std::size_t index, range operands);
  void blame(const row& what, std::size_t index);
  [[nodiscard]] failure why();

  const program& code_;
  const environment* from_;
  budget spend_;
  const observer* watching_;
  std::vector<value> stack_;
  frame* frame_ = nullptr;
  std::size_t depth_ = 0;
  std::string path_; ///< kept only for an observer
  bool blamed_ = false;
};

} // namespace quipu::mapper
