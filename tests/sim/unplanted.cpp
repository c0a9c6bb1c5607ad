#include "tests/sim/plants.hpp"

namespace quipu::sim {

std::vector<plant> plants() { return {}; }

} // namespace quipu::sim
