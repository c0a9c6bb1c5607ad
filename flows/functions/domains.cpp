#include "flows/functions/domains.hpp"

#include <array>

namespace quipu::mapper {

// Each is in the file of its name.
std::span<const function> array_functions();
std::span<const function> bitwise_functions();
std::span<const function> conditional_functions();
std::span<const function> cron_functions();
std::span<const function> date_functions();
std::span<const function> json_functions();
std::span<const function> logical_functions();
std::span<const function> math_functions();
std::span<const function> number_functions();
std::span<const function> object_functions();
std::span<const function> string_functions();
std::span<const function> symbol_functions();
std::span<const function> unary_functions();

std::span<const domain> domains() {
  static const std::array all{
      domain{"array", array_functions()},
      domain{"bitwise", bitwise_functions()},
      domain{"conditional", conditional_functions()},
      domain{"cron", cron_functions()},
      domain{"date", date_functions()},
      domain{"json", json_functions()},
      domain{"logical", logical_functions()},
      domain{"math", math_functions()},
      domain{"number", number_functions()},
      domain{"object", object_functions()},
      domain{"string", string_functions()},
      domain{"symbol", symbol_functions()},
      domain{"unary", unary_functions()},
  };
  return all;
}

} // namespace quipu::mapper
