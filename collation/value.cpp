#include "collation/value.hpp"

#include "collation/pack.hpp"

namespace quipu {

value::value(json data) {
  auto packed = pack(data);
  body_ = std::make_shared<const body>(body{std::move(data), std::move(packed)});
}

std::string_view value::packed() const noexcept {
  return body_ ? std::string_view{body_->packed} : "\xc0";
}

} // namespace quipu
