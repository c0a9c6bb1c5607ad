#include "flows/functions/domains.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace quipu::mapper {

namespace {

/// A relative position, as slice and splice count: negative ones from the end.
std::size_t position(double relative, std::size_t length) {
  double from = integer_of(relative);
  auto size = static_cast<double>(length);
  if (from < 0) return static_cast<std::size_t>(std::max(0.0, size + from));
  return static_cast<std::size_t>(std::min(from, size));
}

value made(std::shared_ptr<list> of) { return of; }

/// Room for `count` more items: each is two characters of JSON at least.
bool grow(call& c, std::size_t count) {
  return c.spend.room(2 * std::uint64_t(count)) && c.spend.touch(count);
}

value slice_of(call& c, std::size_t begin, std::size_t end) {
  auto part = std::make_shared<list>();
  if (end <= begin || !c.spend.touch(end - begin)) return made(part);
  part->items.reserve(end - begin);
  for (auto i = begin; i < end; ++i) push(*part, c.at(0).item(i));
  return made(part);
}

value get(call& c) {
  return property(c.at(0), c.at(1).is_nullish() ? value(0.0) : c.at(1), c.spend);
}

value length(call& c) { return property(c.at(0), std::string("length"), c.spend); }

value concat(call& c) {
  if (!c.at(0).is_array()) return array_method("concat", c);
  auto all = c.take(0).own_list(c.spend);
  for (std::size_t i = 1; i < c.count(); ++i) {
    const auto& next = c.at(i);
    if (!grow(c, all->items.size() + std::max<std::size_t>(1, next.size()))) return {};
    if (!next.is_array())
      push(*all, next);
    else
      for (std::size_t k = 0; k < next.size(); ++k) push(*all, next.item(k));
  }
  return made(all);
}

value index_of_item(call& c) {
  if (!c.at(0).is_array()) return array_method("indexOf", c);
  auto size = c.at(0).size();
  if (!c.spend.touch(size)) return {};
  for (auto i = position(c.number(2), size); i < size; ++i)
    if (strictly_equal(c.at(0).item(i), c.at(1))) return static_cast<double>(i);
  return -1.0;
}

value last_index_of(call& c) {
  if (!c.at(0).is_array()) return array_method("lastIndexOf", c);
  auto size = static_cast<double>(c.at(0).size());
  if (!c.spend.touch(c.at(0).size())) return {};
  double from = c.has(2) ? integer_of(c.number(2)) : size - 1;
  from = from < 0 ? size + from : std::min(from, size - 1);
  for (double i = from; i >= 0; --i)
    if (strictly_equal(c.at(0).item(static_cast<std::size_t>(i)), c.at(1))) return i;
  return -1.0;
}

value includes(call& c) {
  auto size = c.at(0).size();
  if (!c.spend.touch(size)) return {};
  for (auto i = position(c.number(2), size); i < size; ++i)
    if (same_value_zero(c.at(0).item(i), c.at(1))) return true;
  return false;
}

value joined(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  return join(c.at(0), c.at(1).is_undefined() ? "," : c.string(1), c.spend);
}

value pop(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  return c.at(0).size() == 0 ? value() : c.at(0).item(c.at(0).size() - 1);
}

value shift(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  return c.at(0).item(0);
}

value push_items(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  if (!c.spend.room(2 * (c.at(0).size() + c.count()))) return {};
  auto all = c.take(0).own_list(c.spend);
  for (std::size_t i = 1; i < c.count(); ++i) push(*all, c.take(i));
  return made(all);
}

value unshift(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  return static_cast<double>(c.at(0).size() + c.count() - 1);
}

value reverse(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  auto all = c.take(0).own_list(c.spend);
  std::reverse(all->items.begin(), all->items.end());
  return made(all);
}

value slice(call& c) {
  if (!c.at(0).is_array()) return array_method("slice", c);
  auto size = c.at(0).size();
  return slice_of(c, position(c.number(1), size),
                  c.at(2).is_undefined() ? size : position(c.number(2), size));
}

value splice(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  auto size = c.at(0).size();
  if (c.count() < 2) return slice_of(c, 0, 0);
  auto begin = position(c.number(1), size);
  double removed = c.has(2) ? integer_of(c.number(2)) : static_cast<double>(size);
  removed = std::clamp(removed, 0.0, static_cast<double>(size - begin));
  return slice_of(c, begin, begin + static_cast<std::size_t>(removed));
}

/// One total order over all kinds, so that no mixture confuses the sort: null, then booleans,
/// numbers and dates by their number (NaN last), then strings by code units, then the rest by its
/// text.
struct sort_key {
  int rank = 0;
  double number = 0;
  std::string text;

  sort_key(const value& of, budget& spend) {
    switch (of.is()) {
    case type::null: rank = 0; break;
    case type::boolean:
    case type::number:
    case type::date:
      number = to_number(of, spend);
      rank = std::isnan(number) ? 2 : 1;
      break;
    case type::undefined: rank = 5; break;
    default:
      rank = of.is_string() ? 3 : 4;
      text = to_string(of, spend);
      break;
    }
  }

  [[nodiscard]] bool before(const sort_key& other) const {
    if (rank != other.rank) return rank < other.rank;
    if (rank == 1) return number < other.number;
    return compare16(text, other.text) < 0;
  }
};

value sort(call& c) {
  if (!c.at(0).is_array()) return c.wants("an array");
  const auto& order = c.at(1);
  bool descending = order.is_string() && order.text() == "DESCENDING";
  if (!descending && !order.is_undefined() && !(order.is_string() && order.text() == "ASCENDING"))
    return c.fail("its order is \"ASCENDING\" or \"DESCENDING\", not " +
                  (order.is_string() ? fmt::format("\"{}\"", shortened(order.text()))
                                     : std::string(described(order))));
  auto all = c.take(0).own_list(c.spend);
  auto count = all->items.size();
  if (!c.spend.touch(count * static_cast<std::size_t>(std::bit_width(count)))) return {};
  std::vector<std::pair<sort_key, value>> keyed;
  keyed.reserve(count);
  for (auto& item : all->items) {
    sort_key key(item, c.spend);
    // It may be compared to its end as often as it is compared.
    if (!c.spend.read(key.text.size() * static_cast<std::size_t>(std::bit_width(count)))) return {};
    keyed.emplace_back(std::move(key), std::move(item));
  }
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    bool last = a.first.rank == 5 || b.first.rank == 5; // undefined is last in either order
    return descending && !last ? b.first.before(a.first) : a.first.before(b.first);
  });
  for (std::size_t i = 0; i < count; ++i) all->items[i] = std::move(keyed[i].second);
  return made(all);
}

} // namespace

value array_method(std::string_view name, call& c) {
  if (c.at(0).is_string()) return string_method(name, c);
  if (!c.at(0).is_array()) return c.wants("an array");
  if (name == "includes") return includes(c);
  for (const auto& row : array_functions())
    if (row.name == name) return row.run(c);
  return c.wants("an array");
}

std::span<const function> array_functions() {
  static constexpr std::array rows{
      function{"get", get, "array, index?", "10.4.2", "the item at an index, the first by default",
               R"(["a", "b"], 1 -> "b")"},
      function{"length", length, "array", "23.1.4.1",
               "how many items; undefined of what has no length", "[1, 2] -> 2"},
      function{"concat", concat, "array, more, ...", "23.1.3.2",
               "the array followed by values, arrays spread", "[1], [2, 3], 4 -> [1, 2, 3, 4]"},
      function{"indexOf", index_of_item, "array, item, from?", "23.1.3.17",
               "where an item stands first, by `===`; -1: nowhere", R"(["a", "b"], "b" -> 1)"},
      function{"join", joined, "array, separator?", "23.1.3.18", "the items as one text",
               R"(["a", "b"], "-" -> "a-b")"},
      function{"lastIndexOf", last_index_of, "array, item, from?", "23.1.3.20",
               "where an item stands last", "[1, 2, 1], 1 -> 2"},
      function{"pop", pop, "array", "23.1.3.22", "the last item", "[1, 2] -> 2"},
      function{"push", push_items, "array, item, ...", "23.1.3.23",
               "a new array with items at its end", "[1], 2, 3 -> [1, 2, 3]"},
      function{"reverse", reverse, "array", "23.1.3.26", "a new array, last item first",
               "[1, 2] -> [2, 1]"},
      function{"shift", shift, "array", "23.1.3.27", "the first item", "[1, 2] -> 1"},
      function{"slice", slice, "array, start?, end?", "23.1.3.28",
               "a part; negative positions from the end", "[1, 2, 3], 1 -> [2, 3]"},
      function{"sort", sort, "array, order?", "23.1.3.30",
               "a new array in order: nulls, numbers by value, texts by code units",
               "[30, 4, 21] -> [4, 21, 30]"},
      function{"splice", splice, "array, start, count?", "23.1.3.31",
               "the items that would be removed", "[1, 2, 3, 4], 1, 2 -> [2, 3]"},
      function{"unshift", unshift, "array, item, ...", "23.1.3.34",
               "the length with so many more items", "[1], 2, 3 -> 3"},
  };
  return rows;
}

} // namespace quipu::mapper
