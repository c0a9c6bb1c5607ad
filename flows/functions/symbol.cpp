#include "flows/functions/domains.hpp"

#include <array>
#include <limits>

namespace quipu::mapper {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

value null(call&) { return null_t{}; }
value undefined(call&) { return {}; }
value whitespace(call&) { return std::string(" "); }
value object(call&) { return std::make_shared<record>(); }
value array(call&) { return std::make_shared<list>(); }
value positive_infinity(call&) { return infinity; }
value negative_infinity(call&) { return -infinity; }
value not_a_number(call&) { return std::numeric_limits<double>::quiet_NaN(); }
value now(call& c) { return date{static_cast<double>(c.from->now())}; }

} // namespace

std::span<const function> symbol_functions() {
  static constexpr std::array rows{
      function{"null", null, "", "4.4.15", "null", "-> null"},
      function{"undefined", undefined, "", "4.4.13", "undefined: the key it is for is left out",
               "-> undefined"},
      function{"whitespace", whitespace, "", "quipu", "one space", R"(-> " ")"},
      function{"object", object, "", "13.2.5", "an empty object", "-> {}"},
      function{"array", array, "", "13.2.4", "an empty array", "-> []"},
      function{"posInfinity", positive_infinity, "", "19.1.2", "Infinity", "-> Infinity"},
      function{"negInfinity", negative_infinity, "", "19.1.2", "-Infinity", "-> -Infinity"},
      function{"NaN", not_a_number, "", "19.1.3", "NaN", "-> NaN"},
      function{"date", now, "", "21.4.2.1", "the date of this step", "", true},
  };
  return rows;
}

} // namespace quipu::mapper
