#include "flows/mapper/context.hpp"

#include "flows/mapper/edge.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <cmath>

namespace quipu::mapper {

result<std::uint32_t> context::activity(std::string_view name) const {
  auto known = std::find(roots_.begin(), roots_.end(), name);
  auto index = static_cast<std::uint32_t>(known - roots_.begin());
  if (known == roots_.end()) roots_.emplace_back(name);
  return index;
}

const json* context::read(const slot& what) const {
  auto found = data_.find(roots_[what.activity]);
  return found == data_.end() ? nullptr : &*found;
}

result<json> evaluate_over(const context& in, const tree& rules, const observer* watching) {
  findings faults;
  auto compiled = mapping::compile(rules, in, faults);
  machine once(compiled.code(), &in, {}, watching);
  auto made = once.to_value();
  if (!made) return made.error();
  return encoded(*made);
}

json encoded(const value& what) {
  switch (what.is()) {
  case type::undefined: return {{"$undefined", true}};
  case type::null: return nullptr;
  case type::boolean: return what.boolean();
  case type::date:
    return {{"$date", std::isnan(what.time()) ? json(nullptr) : number_json(what.time())}};
  case type::number: {
    double number = what.number();
    if (std::isnan(number)) return {{"$num", "NaN"}};
    if (std::isinf(number)) return {{"$num", number > 0 ? "Infinity" : "-Infinity"}};
    if (number == 0 && std::signbit(number)) return {{"$num", "-0"}};
    return number_json(number);
  }
  case type::string: {
    if (!has_lone_surrogate(what.text())) return std::string(what.text());
    auto units = json::array();
    for (char16_t unit : to_utf16(what.text())) units.push_back(static_cast<std::uint32_t>(unit));
    return {{"$utf16", std::move(units)}};
  }
  case type::array: {
    auto made = json::array();
    for (std::size_t i = 0; i < what.size(); ++i) made.push_back(encoded(what.item(i)));
    return made;
  }
  case type::object: {
    auto made = json::object();
    for (auto position : order(what))
      made[well_formed(what.key(position))] = encoded(what.member_at(position));
    return made;
  }
  }
  return nullptr;
}

} // namespace quipu::mapper
