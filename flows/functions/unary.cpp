#include "flows/functions/domains.hpp"
#include "flows/mapper/number.hpp"

#include <array>

namespace quipu::mapper {

namespace {

value negation(call& c) { return !to_boolean(c.at(0)); }
value positive(call& c) { return c.number(0); }
value negative(call& c) { return -c.number(0); }
value complement(call& c) { return double(~int32_of(c.number(0))); }

} // namespace

std::span<const function> unary_functions() {
  static constexpr std::array rows{
      function{"not", negation, "a", "13.5.7", "`!a`", R"("" -> true)"},
      function{"positive", positive, "a", "13.5.4", "`+a`: the number that `a` reads as",
               R"("12.5" -> 12.5)"},
      function{"negative", negative, "a", "13.5.5", "`-a`", R"("4" -> -4)"},
      function{"bitwise_not", complement, "a", "13.5.6", "`~a` of a 32-bit integer", "5 -> -6"},
  };
  return rows;
}

} // namespace quipu::mapper
