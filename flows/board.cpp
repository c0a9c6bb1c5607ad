#include "flows/board.hpp"

#include "collation/chain.hpp"

#include <cmath>

namespace quipu {

namespace {

/// Equal values become the same text: keys sorted, whole numbers without a fraction.
nlohmann::json canonical(const json& value) {
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) <= 9007199254740992.0)
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

} // namespace

std::string board(std::string_view app, std::string_view topic, const json& values) {
  const auto named = nlohmann::json::array({app, topic, canonical(values)});
  return to_hex(chain(named.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), {}))
      .substr(0, 32);
}

} // namespace quipu
