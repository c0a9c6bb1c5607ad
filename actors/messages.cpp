#include "actors/messages.hpp"

#include "collation/pack.hpp"

namespace quipu {

value load_value(const std::string& bytes) {
  return bytes.empty() ? value{} : value{unpack(bytes)};
}

} // namespace quipu
