#include "flows/functions/domains.hpp"

#include <array>

namespace quipu::mapper {

namespace {

value both(call& c) { return to_boolean(c.at(0)) ? c.take(1) : c.take(0); }
value either(call& c) { return to_boolean(c.at(0)) ? c.take(0) : c.take(1); }

} // namespace

std::span<const function> logical_functions() {
  static constexpr std::array rows{
      function{"and", both, "a, b", "13.13", "`a && b`: the first if it is falsy, else the second",
               R"(1, "x" -> "x")"},
      function{"or", either, "a, b", "13.13",
               "`a || b`: the first if it is truthy, else the second", R"("", "x" -> "x")"},
  };
  return rows;
}

} // namespace quipu::mapper
