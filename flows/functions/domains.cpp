#include "flows/functions/domains.hpp"

#include <array>

namespace quipu::mapper {

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
