#include "collation/canonical.hpp"

#include <cmath>

namespace quipu {

nlohmann::json canonical(const json& value) {
  // Up to 2^53 every whole number is a double.
  constexpr double exact_integers = 9007199254740992.0;
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) <= exact_integers)
      return static_cast<std::int64_t>(number);
    return number;
  }
  if (value.is_array()) {
    auto list = nlohmann::json::array();
    for (const auto& item : value) list.push_back(canonical(item));
    return list;
  }
  if (value.is_object()) {
    auto map = nlohmann::json::object();
    for (const auto& [key, item] : value.items()) map[key] = canonical(item);
    return map;
  }
  return nlohmann::json(value);
}

std::string canonical_text(const json& value) {
  return canonical(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string index_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : canonical_text(value);
}

} // namespace quipu
