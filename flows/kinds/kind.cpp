#include "flows/kinds/kind.hpp"

#include <array>

namespace quipu {

const kind& kind_of(activity_kind which) noexcept {
  static constexpr std::array all{
#define QUIPU_ROW(name) &name##_kind,
      QUIPU_ACTIVITY_KINDS(QUIPU_ROW)
#undef QUIPU_ROW
  };
  return *all[static_cast<std::size_t>(which)];
}

} // namespace quipu
