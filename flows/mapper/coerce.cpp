#include "flows/mapper/coerce.hpp"

#include "flows/mapper/budget.hpp"
#include "flows/mapper/calendar.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <cmath>
#include <limits>

namespace quipu::mapper {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// ToPrimitive of what is no primitive: a date is a number where numbers are wanted, all else a
/// string.
value primitive(const value& from, bool number_wanted, budget& spend) {
  switch (from.is()) {
  case type::date: return number_wanted ? value(from.time()) : value(to_string(from, spend));
  case type::array:
  case type::object: return to_string(from, spend);
  default: return from;
  }
}

bool is_thing(const value& what) noexcept {
  auto is = what.is();
  return is == type::date || is == type::array || is == type::object;
}

} // namespace

bool to_boolean(const value& from) noexcept {
  switch (from.is()) {
  case type::undefined:
  case type::null: return false;
  case type::boolean: return from.boolean();
  case type::number: return from.number() != 0 && !std::isnan(from.number());
  case type::string: return !from.text().empty();
  default: return true;
  }
}

double to_number(const value& from, budget& spend) {
  switch (from.is()) {
  case type::undefined: return nan;
  case type::null: return 0;
  case type::boolean: return from.boolean() ? 1 : 0;
  case type::number: return from.number();
  case type::string: return number_of(from.text());
  case type::date: return from.time();
  case type::array: return number_of(to_string(from, spend));
  case type::object: return nan;
  }
  return nan;
}

std::string to_string(const value& from, budget& spend) {
  switch (from.is()) {
  case type::undefined: return "undefined";
  case type::null: return "null";
  case type::boolean: return from.boolean() ? "true" : "false";
  case type::number: return print(from.number());
  case type::string: return std::string(from.text());
  case type::date: return std::isnan(from.time()) ? "Invalid Date" : full_string(from.time());
  case type::array: return join(from, ",", spend);
  case type::object: return "[object Object]";
  }
  return {};
}

std::string to_key(const value& from, budget& spend) { return to_string(from, spend); }

std::string join(const value& array, std::string_view separator, budget& spend) {
  std::string joined;
  for (std::size_t i = 0; i < array.size() && spend.touch(1); ++i) {
    if (i > 0) append(joined, separator);
    auto item = array.item(i);
    if (item.is_string())
      append(joined, item.text());
    else if (!item.is_nullish())
      append(joined, to_string(item, spend));
    if (joined.size() > spend.limit().output_bytes) spend.room(joined.size());
  }
  spend.room(joined.size());
  return joined;
}

bool strictly_equal(const value& left, const value& right) noexcept {
  auto is = left.is();
  if (is != right.is()) return false;
  switch (is) {
  case type::undefined:
  case type::null: return true;
  case type::boolean: return left.boolean() == right.boolean();
  case type::number: return left.number() == right.number();
  case type::string: return left.text() == right.text();
  default: return left.is_same_thing(right);
  }
}

bool same_value_zero(const value& left, const value& right) noexcept {
  if (left.is_number() && right.is_number() && std::isnan(left.number()) &&
      std::isnan(right.number()))
    return true;
  return strictly_equal(left, right);
}

bool loosely_equal(const value& left, const value& right, budget& spend) {
  if (left.is() == right.is()) return strictly_equal(left, right);
  if (left.is_nullish() || right.is_nullish()) return left.is_nullish() && right.is_nullish();
  if (is_thing(left) && is_thing(right)) return false;
  if (is_thing(left)) return loosely_equal(primitive(left, false, spend), right, spend);
  if (is_thing(right)) return loosely_equal(left, primitive(right, false, spend), spend);
  return to_number(left, spend) == to_number(right, spend);
}

std::optional<bool> less_than(const value& left, const value& right, budget& spend) {
  if (is_thing(left) || is_thing(right))
    return less_than(primitive(left, true, spend), primitive(right, true, spend), spend);
  if (left.is_string() && right.is_string()) return compare16(left.text(), right.text()) < 0;
  double a = to_number(left, spend);
  double b = to_number(right, spend);
  if (std::isnan(a) || std::isnan(b)) return std::nullopt;
  return a < b;
}

value property(const value& what, const value& key, budget& spend) {
  if (what.is_object()) {
    spend.seek(what.size());
    if (key.is_string()) return what.find(key.text()).value_or(value());
    return what.find(to_key(key, spend)).value_or(value());
  }
  if (!what.is_array() && !what.is_string()) return {};
  auto name = to_key(key, spend);
  auto index = index_of(name);
  if (what.is_array()) {
    if (index >= 0) return what.item(static_cast<std::size_t>(index));
    return name == "length" ? value(static_cast<double>(what.size())) : value();
  }
  spend.read(what.text().size());
  if (name == "length") return static_cast<double>(length16(what.text()));
  if (index < 0 || !spend.touch(what.text().size() / 8)) return {};
  auto units = to_utf16(what.text());
  if (static_cast<std::size_t>(index) >= units.size()) return {};
  return from_utf16(std::u16string_view(units).substr(static_cast<std::size_t>(index), 1));
}

std::string_view described(const value& what) noexcept {
  switch (what.is()) {
  case type::undefined: return "undefined";
  case type::null: return "null";
  case type::boolean: return "a boolean";
  case type::number: return "a number";
  case type::string: return "a string";
  case type::date: return "a date";
  case type::array: return "an array";
  case type::object: return "an object";
  }
  return "nothing";
}

} // namespace quipu::mapper
