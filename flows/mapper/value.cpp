#include "flows/mapper/value.hpp"

#include "flows/mapper/budget.hpp"
#include "flows/mapper/calendar.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <cmath>

namespace quipu::mapper {

namespace {

/// Data nests as deeply as its reader allows; a job that nests its own data anew in every pass must
/// still come to an end.
constexpr std::uint32_t deepest_data = 512;
constexpr double exact = 9007199254740992.0; // 2^53

const std::string& text_of(const json& data) { return data.get_ref<const std::string&>(); }

std::uint64_t weigh(const json& data, std::uint32_t depth, budget& spend) {
  if (depth > deepest_data) {
    spend.fail(fmt::format("it copies data that nests deeper than {}", deepest_data));
    return 0;
  }
  switch (data.type()) {
  case json::value_t::string: return text_of(data).size() + 2;
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
class edge {
public:
  explicit edge(budget& spend) : spend_(spend) {}

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

value value::borrow(const json& data) {
  value view;
  switch (data.type()) {
  case json::value_t::boolean: view.held_ = data.get<bool>(); break;
  case json::value_t::number_integer:
  case json::value_t::number_unsigned:
  case json::value_t::number_float: view.held_ = data.get<double>(); break;
  case json::value_t::string: view.held_ = &text_of(data); break;
  case json::value_t::array:
  case json::value_t::object: view.held_ = &data; break;
  default: view.held_ = null_t{}; break;
  }
  return view;
}

type value::is() const noexcept {
  switch (held_.index()) {
  case 0: return type::undefined;
  case 1: return type::null;
  case 2: return type::boolean;
  case 3: return type::number;
  case 4: return type::date;
  case 5:
  case 6: return type::string;
  case 7: return type::array;
  case 8: return type::object;
  default: return std::get<const json*>(held_)->is_array() ? type::array : type::object;
  }
}

std::string_view value::text() const {
  if (const auto* own = std::get_if<std::string>(&held_)) return *own;
  return *std::get<const std::string*>(held_);
}

std::string value::take_text() && {
  if (auto* own = std::get_if<std::string>(&held_)) return std::move(*own);
  return *std::get<const std::string*>(held_);
}

std::size_t value::size() const noexcept {
  if (const auto* made = std::get_if<std::shared_ptr<list>>(&held_)) return (*made)->items.size();
  if (const auto* made = std::get_if<std::shared_ptr<record>>(&held_))
    return (*made)->members.size();
  if (const auto* data = std::get_if<const json*>(&held_)) return (*data)->size();
  return 0;
}

value value::item(std::size_t index) const {
  if (index >= size()) return {};
  if (const auto* made = std::get_if<std::shared_ptr<list>>(&held_)) return (*made)->items[index];
  return borrow((*std::get<const json*>(held_))[index]);
}

std::optional<value> value::find(std::string_view name) const {
  if (const auto* made = std::get_if<std::shared_ptr<record>>(&held_)) {
    for (const auto& each : (*made)->members)
      if (each.key == name) return each.item;
  } else if (const auto* data = borrowed(); data && data->is_object()) {
    for (const auto& [at, item] : data->get_ref<const json::object_t&>())
      if (at == name) return borrow(item);
  }
  return std::nullopt;
}

std::string_view value::key(std::size_t position) const {
  if (const auto* made = std::get_if<std::shared_ptr<record>>(&held_))
    return (*made)->members[position].key;
  return std::get<const json*>(held_)
      ->get_ref<const json::object_t&>()
      .begin()[static_cast<std::ptrdiff_t>(position)]
      .first;
}

value value::member_at(std::size_t position) const {
  if (const auto* made = std::get_if<std::shared_ptr<record>>(&held_))
    return (*made)->members[position].item;
  return borrow(std::get<const json*>(held_)
                    ->get_ref<const json::object_t&>()
                    .begin()[static_cast<std::ptrdiff_t>(position)]
                    .second);
}

const json* value::borrowed() const noexcept {
  const auto* data = std::get_if<const json*>(&held_);
  return data ? *data : nullptr;
}

std::uint32_t value::depth() const noexcept {
  if (const auto* made = std::get_if<std::shared_ptr<list>>(&held_)) return (*made)->depth;
  if (const auto* made = std::get_if<std::shared_ptr<record>>(&held_)) return (*made)->depth;
  return borrowed() ? 1 : 0;
}

bool value::is_same_thing(const value& other) const noexcept {
  if (held_.index() != other.held_.index()) return false;
  if (const auto* made = std::get_if<std::shared_ptr<list>>(&held_))
    return *made == std::get<std::shared_ptr<list>>(other.held_);
  if (const auto* made = std::get_if<std::shared_ptr<record>>(&held_))
    return *made == std::get<std::shared_ptr<record>>(other.held_);
  return borrowed() && borrowed() == other.borrowed();
}

std::shared_ptr<list> value::own_list(budget& spend) && {
  if (auto* made = std::get_if<std::shared_ptr<list>>(&held_)) {
    if (made->use_count() == 1) return std::move(*made);
    spend.touch((*made)->items.size());
    return std::make_shared<list>(**made);
  }
  auto made = std::make_shared<list>();
  if (!spend.touch(size())) return made;
  made->items.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) push(*made, item(i));
  return made;
}

std::shared_ptr<record> value::own_record(budget& spend) && {
  if (auto* made = std::get_if<std::shared_ptr<record>>(&held_)) {
    if (made->use_count() == 1) return std::move(*made);
    spend.touch((*made)->members.size());
    return std::make_shared<record>(**made);
  }
  auto made = std::make_shared<record>();
  if (!is_object() || !spend.touch(size())) return made;
  made->members.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    auto copied = member_at(i);
    made->depth = std::max(made->depth, copied.depth() + 1);
    made->members.push_back({std::string(key(i)), std::move(copied)});
  }
  return made;
}

std::vector<std::uint32_t> order(const value& object) {
  std::vector<std::uint32_t> positions(object.size());
  bool any_index = false;
  for (std::uint32_t i = 0; i < positions.size(); ++i) {
    positions[i] = i;
    any_index = any_index || index_of(object.key(i)) >= 0;
  }
  if (any_index)
    std::stable_sort(positions.begin(), positions.end(), [&](std::uint32_t a, std::uint32_t b) {
      auto left = index_of(object.key(a));
      auto right = index_of(object.key(b));
      return left >= 0 && (right < 0 || left < right);
    });
  return positions;
}

void set(record& in, std::string_view key, value item) {
  in.depth = std::max(in.depth, item.depth() + 1);
  for (auto& each : in.members)
    if (each.key == key) {
      each.item = std::move(item);
      return;
    }
  in.members.push_back({std::string(key), std::move(item)});
}

void push(list& to, value item) {
  to.depth = std::max(to.depth, item.depth() + 1);
  to.items.push_back(std::move(item));
}

std::optional<json> to_json(value made, budget& spend) {
  return edge(spend).write(std::move(made));
}

bool affordable(const json& data, budget& spend) { return spend.write(weigh(data, 0, spend)); }

json number_json(double number) {
  if (!std::isfinite(number)) return nullptr;
  if (std::abs(number) <= exact && number == std::trunc(number))
    return static_cast<std::int64_t>(number);
  return number;
}

} // namespace quipu::mapper
