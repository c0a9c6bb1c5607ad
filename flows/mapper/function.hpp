#pragma once

#include "flows/mapper/budget.hpp"
#include "flows/mapper/coerce.hpp"

#include <span>
#include <string>
#include <string_view>

namespace quipu::mapper {

/// One call of a function: its operands, which it may move out of, and what it may ask for.
struct call {
  std::span<value> operands;
  budget& spend;
  const environment*
      from; ///< nullptr while constants are folded: volatile functions are not called then

  [[nodiscard]] std::size_t count() const noexcept { return operands.size(); }
  [[nodiscard]] bool has(std::size_t i) const noexcept { return i < operands.size(); }
  /// Undefined where there is none.
  [[nodiscard]] const value& at(std::size_t i) const noexcept {
    static const value none;
    return i < operands.size() ? operands[i] : none;
  }
  [[nodiscard]] value take(std::size_t i) const {
    return i < operands.size() ? std::move(operands[i]) : value();
  }
  [[nodiscard]] double number(std::size_t i) const { return to_number(at(i), spend); }
  [[nodiscard]] std::string string(std::size_t i) const { return to_string(at(i), spend); }

  /// Ends the evaluation with this sentence; what is given back is not looked at.
  value fail(std::string why) const {
    spend.fail(std::move(why));
    return {};
  }
  /// "wants an array to be called on, not a string".
  value wants(std::string_view what) const {
    return fail(fmt::format("it wants {} as its first operand, not {}", what, described(at(0))));
  }
};

using body = value (*)(call&);

/// A row of a domain's table: everything that is known of a function.
struct function {
  std::string_view name;
  body run;
  std::string_view operands; ///< "text, start, end?": a `?` may be left out, `...` repeats
  std::string_view source;   ///< the section of ECMA-262 that defines it, or "quipu"
  std::string_view does;
  std::string_view
      example; ///< `"a-b", "-" -> ["a","b"]`: operands, and what they give; a test runs it

  bool is_volatile = false; ///< reads the clock or chance
  /// What is wrong with operands that are known when a flow is compiled; empty: nothing.
  std::string (*check)(std::span<const value> known) = nullptr;
};

struct domain {
  std::string_view name;
  std::span<const function> functions;
};

} // namespace quipu::mapper
