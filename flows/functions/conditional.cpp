#include "flows/functions/comparison.hpp"
#include "flows/functions/domains.hpp"

#include <array>

namespace quipu::mapper {

namespace {

value ternary(call& c) { return to_boolean(c.at(0)) ? c.take(1) : c.take(2); }
value nullish(call& c) { return c.at(0).is_nullish() ? c.take(1) : c.take(0); }
value equal(call& c) { return loosely_equal(c.at(0), c.at(1), c.spend); }
value unequal(call& c) { return !loosely_equal(c.at(0), c.at(1), c.spend); }
value strictly_same(call& c) { return strictly_equal(c.at(0), c.at(1)); }
value strictly_other(call& c) { return !strictly_equal(c.at(0), c.at(1)); }

} // namespace

std::span<const function> conditional_functions() {
  static constexpr std::array rows{
      function{"ternary", ternary, "condition, then, else", "13.14", "`condition ? then : else`",
               R"(1, "yes", "no" -> "yes")"},
      function{"equality", equal, "a, b", "7.2.14", "`a == b`", R"(1, "1" -> true)"},
      function{"strict_equality", strictly_same, "a, b", "7.2.15", "`a === b`",
               R"(1, "1" -> false)"},
      function{"inequality", unequal, "a, b", "7.2.14", "`a != b`", R"(1, "1" -> false)"},
      function{"strict_inequality", strictly_other, "a, b", "7.2.15", "`a !== b`",
               R"(1, "1" -> true)"},
      function{"greater_than", greater, "a, b", "7.2.13", "`a > b`", "3, 2 -> true"},
      function{"less_than", less, "a, b", "7.2.13", "`a < b`", R"("10", "9" -> true)"},
      function{"greater_than_or_equal", at_least, "a, b", "7.2.13", "`a >= b`", "2, 2 -> true"},
      function{"less_than_or_equal", at_most, "a, b", "7.2.13", "`a <= b`", "3, 2 -> false"},
      function{"nullish", nullish, "a, b", "13.13",
               "`a ?? b`: the second if the first is null or undefined", "null, 5 -> 5"},
  };
  return rows;
}

} // namespace quipu::mapper
