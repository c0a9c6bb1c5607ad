#include "flows/mapper/edge.hpp"

#include "flows/mapper/budget.hpp"
#include "flows/mapper/calendar.hpp"
#include "flows/mapper/text.hpp"

#include <cmath>

namespace quipu::mapper {

namespace {

/// Data nests as deeply as its reader allows; a job that nests its own data anew in every pass must
/// still come to an end.
constexpr std::uint32_t deepest_data = 512;
constexpr double exact = 9007199254740992.0; // 2^53

std::uint64_t weigh(const json& data, std::uint32_t depth, budget& spend) {
  if (depth > deepest_data) {
    spend.fail(fmt::format("it copies data that nests deeper than {}", deepest_data));
    return 0;
  }
  switch (data.type()) {
  case json::value_t::string: return data.get_ref<const std::string&>().size() + 2;
  case json::value_t::array: {
    std::uint64_t sum = 2;
    for (const auto& item : data) sum += 1 + weigh(item, depth + 1, spend);
    return sum;
  }
  case json::value_t::object: {
    std::uint64_t sum = 2;
    for (const auto& [key, item] : data.get_ref<const json::object_t&>())
      sum += key.size() + 4 + weigh(item, depth + 1, spend);
    return sum;
  }
  default: return 8;
  }
}

/// Writes a value as JSON and keeps count of what has been written so far.
class writer {
public:
  explicit writer(budget& spend) : spend_(spend) {}

  std::optional<json> write(value made) {
    switch (made.is()) {
    case type::undefined: return std::nullopt;
    case type::null: return spent(4, nullptr);
    case type::boolean: return spent(4, made.boolean());
    case type::number: return spent(8, number_json(made.number()));
    case type::date:
      if (std::isnan(made.time())) return spent(4, nullptr);
      return spent(26, iso_string(made.time()));
    case type::string:
      if (!count(made.text().size() + 2)) return json(nullptr);
      if (has_lone_surrogate(made.text())) return json(well_formed(made.text()));
      return json(std::move(made).take_text());
    case type::array:
    case type::object: break;
    }
    if (const auto* data = made.borrowed()) {
      if (!count(weigh(*data, 0, spend_))) return json(nullptr);
      return *data;
    }
    return made.is() == type::array ? array(made) : object(made);
  }

private:
  bool count(std::uint64_t bytes) { return spend_.write(bytes); }
  std::optional<json> spent(std::uint64_t bytes, json data) {
    count(bytes);
    return data;
  }

  json array(const value& made) {
    auto data = json::array();
    data.get_ref<json::array_t&>().reserve(made.size());
    for (std::size_t i = 0; i < made.size() && !spend_.failed(); ++i) {
      count(1);
      data.push_back(write(made.item(i)).value_or(nullptr));
    }
    return data;
  }
  json object(const value& made) {
    auto data = json::object();
    auto& members = data.get_ref<json::object_t&>();
    members.reserve(made.size());
    for (std::size_t i = 0; i < made.size() && !spend_.failed(); ++i) {
      auto key = made.key(i);
      if (!count(key.size() + 4)) break;
      if (auto item = write(made.member_at(i)))
        // Keys of a record are unique, so this need not look for them as operator[] does.
        static_cast<json::object_t::Container&>(members).emplace_back(well_formed(key),
                                                                      *std::move(item));
    }
    return data;
  }

  budget& spend_;
};

} // namespace

std::optional<json> to_json(value made, budget& spend) {
  return writer(spend).write(std::move(made));
}

bool affordable(const json& data, budget& spend) { return spend.write(weigh(data, 0, spend)); }

json number_json(double number) {
  if (!std::isfinite(number)) return nullptr;
  if (std::abs(number) <= exact && number == std::trunc(number))
    return static_cast<std::int64_t>(number);
  return number;
}

} // namespace quipu::mapper
