#include <quipu/version.hpp>

namespace quipu {

std::string_view version() noexcept { return QUIPU_VERSION; }

} // namespace quipu
