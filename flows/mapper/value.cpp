#include "flows/mapper/value.hpp"

#include "flows/mapper/budget.hpp"
#include "flows/mapper/number.hpp"

#include <algorithm>

namespace quipu::mapper {

namespace {

/// A text that is no longer is copied rather than shared.
constexpr std::size_t longest_copied = 64;

const std::string& text_of(const json& data) { return data.get_ref<const std::string&>(); }

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
  case 6:
  case 7: return type::string;
  case 8: return type::array;
  case 9: return type::object;
  default: return std::get<const json*>(held_)->is_array() ? type::array : type::object;
  }
}

value::value(std::string text) {
  if (text.size() <= longest_copied)
    held_ = std::move(text);
  else
    held_ = std::make_shared<std::string>(std::move(text));
}

std::string_view value::text() const {
  if (const auto* own = std::get_if<std::string>(&held_)) return *own;
  if (const auto* made = std::get_if<std::shared_ptr<std::string>>(&held_)) return **made;
  return *std::get<const std::string*>(held_);
}

std::string value::take_text() && {
  if (auto* own = std::get_if<std::string>(&held_)) return std::move(*own);
  if (auto* made = std::get_if<std::shared_ptr<std::string>>(&held_))
    return made->use_count() == 1 ? std::move(**made) : **made;
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

} // namespace quipu::mapper
