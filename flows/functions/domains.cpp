#include "flows/functions/domains.hpp"

#include <array>

namespace quipu::mapper {

std::span<const domain> domains() {
  static const std::array all{
#define QUIPU_ROW(name) domain{#name, name##_functions()},
      QUIPU_DOMAINS(QUIPU_ROW)
#undef QUIPU_ROW
  };
  return all;
}

} // namespace quipu::mapper
