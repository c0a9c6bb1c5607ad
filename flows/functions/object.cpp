#include "flows/functions/domains.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <array>

namespace quipu::mapper {

namespace {

/// The own enumerable members of anything, in order: of an array its items by index, of a string
/// its code units; of what has none, none.
template <class Visit>
void each_member(call& c, const value& of, Visit visit) {
  if (!c.spend.touch(of.size())) return;
  if (of.is_object()) {
    for (auto position : order(of)) visit(std::string(of.key(position)), of.member_at(position));
  } else if (of.is_array()) {
    for (std::size_t i = 0; i < of.size(); ++i) visit(print(static_cast<double>(i)), of.item(i));
  } else if (of.is_string()) {
    auto units = to_utf16(of.text());
    if (!c.spend.touch(units.size())) return;
    for (std::size_t i = 0; i < units.size(); ++i)
      visit(print(static_cast<double>(i)), from_utf16({&units[i], 1}));
  }
}

/// Adds to an object, and asks first whether it may grow.
bool put(call& c, record& into, std::string_view key, value item) {
  if (!c.spend.room(4 * into.members.size() + key.size()) ||
      !c.spend.touch(1 + into.members.size() / 32))
    return false;
  set(into, key, std::move(item));
  return true;
}

/// `array[key] = item`: an index may be beyond the end.
value put_item(call& c, value array, const std::string& key, value item) {
  auto index = index_of(key);
  if (index < 0)
    return c.fail(fmt::format("an array takes no key \"{}\", only indexes", shortened(key)));
  if (!c.spend.room(2 * static_cast<std::uint64_t>(index))) return {};
  auto all = std::move(array).own_list(c.spend);
  auto at = static_cast<std::size_t>(index);
  if (at >= all->items.size()) all->items.resize(at + 1);
  all->depth = std::max(all->depth, item.depth() + 1);
  all->items[at] = std::move(item);
  return all;
}

value put_into(call& c, value what, const std::string& key, value item) {
  if (what.is_array()) return put_item(c, std::move(what), key, std::move(item));
  if (!what.is_object() && !what.is_nullish())
    return c.fail(fmt::format("it wants an object as its first operand, not {}", described(what)));
  auto made = std::move(what).own_record(c.spend);
  put(c, *made, key, std::move(item));
  return made;
}

value get(call& c) { return property(c.at(0), c.at(1), c.spend); }

value put_member(call& c) {
  auto key = to_key(c.at(1), c.spend);
  return put_into(c, c.take(0), key, c.take(2));
}

value create(call& c) {
  auto made = std::make_shared<record>();
  for (std::size_t i = 0; i < c.count(); i += 2)
    put(c, *made, to_key(c.at(i), c.spend), c.take(i + 1));
  return made;
}

value keys(call& c) {
  auto all = std::make_shared<list>();
  each_member(c, c.at(0), [&](std::string key, const value&) { push(*all, std::move(key)); });
  return all;
}

value values(call& c) {
  auto all = std::make_shared<list>();
  each_member(c, c.at(0), [&](const std::string&, value item) { push(*all, std::move(item)); });
  return all;
}

value entries(call& c) {
  auto all = std::make_shared<list>();
  each_member(c, c.at(0), [&](std::string key, value item) {
    auto pair = std::make_shared<list>();
    push(*pair, std::move(key));
    push(*pair, std::move(item));
    push(*all, std::move(pair));
  });
  return all;
}

value from_entries(call& c) {
  const auto& pairs = c.at(0);
  if (!pairs.is_array()) return c.wants("an array of pairs");
  auto made = std::make_shared<record>();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto pair = pairs.item(i);
    if (!pair.is_array() && !pair.is_object())
      return c.fail(fmt::format("it wants pairs, and item {} is {}", i, described(pair)));
    auto key = to_key(property(pair, 0.0, c.spend), c.spend);
    if (!put(c, *made, key, property(pair, 1.0, c.spend))) return {};
  }
  return made;
}

value assign(call& c) {
  auto made = c.take(0);
  if (made.is_nullish()) made = std::make_shared<record>();
  for (std::size_t i = 1; i < c.count(); ++i)
    each_member(c, c.at(i), [&](const std::string& key, value item) {
      made = put_into(c, std::move(made), key, std::move(item));
    });
  return made;
}

bool owns(call& c) {
  const auto& what = c.at(0);
  auto key = to_key(c.at(1), c.spend);
  if (what.is_object()) return c.spend.seek(what.size()) && what.find(key).has_value();
  if (!what.is_array() && !what.is_string()) return false;
  auto size = what.is_array() ? what.size() : length16(what.text());
  auto index = index_of(key);
  return key == "length" || (index >= 0 && static_cast<std::size_t>(index) < size);
}

value has_own(call& c) { return c.at(0).is_nullish() ? c.wants("an object") : value(owns(c)); }

value is_enumerable(call& c) {
  if (c.at(0).is_nullish()) return c.wants("an object");
  return owns(c) && (c.at(0).is_object() || c.string(1) != "length");
}

value own_names(call& c) {
  auto names = keys(c);
  if (c.at(0).is_object()) return names;
  auto all = std::move(names).own_list(c.spend);
  if (c.at(0).is_array() || c.at(0).is_string()) push(*all, std::string("length"));
  return all;
}

value own_symbols(call&) { return std::make_shared<list>(); }

value descriptor(call& c) {
  if (c.at(0).is_nullish()) return c.wants("an object");
  if (!owns(c)) return {};
  bool plain = c.at(0).is_object() || c.string(1) != "length";
  auto made = std::make_shared<record>();
  set(*made, "value", get(c));
  set(*made, "writable", !c.at(0).is_string());
  set(*made, "enumerable", plain);
  set(*made, "configurable", plain && !c.at(0).is_string());
  return made;
}

/// `what` with the member that a descriptor defines: a descriptor without a value leaves the one that
/// is there, and what it says is not enumerable is not data.
value defined(call& c, value what, const std::string& key, const value& by) {
  if (!by.is_object())
    return c.fail(fmt::format("a descriptor is an object with a \"value\", not {}", described(by)));
  auto item = by.find("value");
  if (!item) item = property(what, key, c.spend);
  auto made = put_into(c, std::move(what), key, *std::move(item));
  auto seen = by.find("enumerable");
  if (!made.is_object() || !seen || to_boolean(*seen)) return made;
  auto less = std::move(made).own_record(c.spend);
  std::erase_if(less->members, [&](const member& each) { return each.key == key; });
  return less;
}

value define(call& c) {
  if (!c.at(0).is_object() && !c.at(0).is_array()) return c.wants("an object");
  return defined(c, c.take(0), to_key(c.at(1), c.spend), c.at(2));
}

value define_all(call& c) {
  if (!c.at(0).is_object() && !c.at(0).is_array()) return c.wants("an object");
  if (c.at(1).is_nullish()) return c.fail("its second operand is an object of descriptors");
  auto made = c.take(0);
  each_member(c, c.at(1), [&](const std::string& key, const value& by) {
    made = defined(c, std::move(made), key, by);
  });
  return made;
}

value itself(call& c) { return c.take(0); }

bool is_plain_data(const value& what) {
  return what.is_object() || what.is_array() || what.is_date();
}
value is_frozen(call& c) { return !is_plain_data(c.at(0)); }
value is_extensible(call& c) { return is_plain_data(c.at(0)); }
value never(call&) { return false; }

} // namespace

std::span<const function> object_functions() {
  static constexpr std::array rows{
      function{"get", get, "object, key", "10.1.8", "the member under a key",
               R"({"a": 1}, "a" -> 1)"},
      function{"set", put_member, "object, key, value", "10.1.9", "a new object with the member",
               R"({"a": 1}, "b", 2 -> {"a": 1, "b": 2})"},
      function{"create", create, "key, value, ...", "quipu", "an object of these members",
               R"("a", 1, "b", 2 -> {"a": 1, "b": 2})"},
      function{"keys", keys, "object", "20.1.2.18", "its keys, indexes first",
               R"({"b": 1, "2": 0} -> ["2", "b"])"},
      function{"values", values, "object", "20.1.2.23", "its values",
               R"({"a": 1, "b": 2} -> [1, 2])"},
      function{"entries", entries, "object", "20.1.2.5", "its members as pairs",
               R"({"a": 1} -> [["a", 1]])"},
      function{"fromEntries", from_entries, "pairs", "20.1.2.7", "an object of pairs",
               R"([["a", 1]] -> {"a": 1})"},
      function{"assign", assign, "object, more, ...", "20.1.2.1",
               "a new object, the members of later ones winning",
               R"({"a": 1}, {"a": 2, "b": 3} -> {"a": 2, "b": 3})"},
      function{"hasOwnProperty", has_own, "object, key", "20.1.3.2", "whether it has the member",
               R"({"a": 1}, "b" -> false)"},
      function{"propertyIsEnumerable", is_enumerable, "object, key", "20.1.3.4",
               "whether it has the member and lists it", R"([7], "length" -> false)"},
      function{"getOwnPropertyNames", own_names, "object", "20.1.2.10", "all its keys",
               R"([7] -> ["0", "length"])"},
      function{"getOwnPropertySymbols", own_symbols, "object", "20.1.2.11",
               "none: data has no symbols", "{} -> []"},
      function{"getOwnPropertyDescriptor", descriptor, "object, key", "20.1.2.8",
               "what is known of a member", R"({}, "a" -> undefined)"},
      function{"defineProperty", define, "object, key, descriptor", "20.1.2.4",
               "a new object with the member that the descriptor's `value` gives",
               R"({}, "a", {"value": 1} -> {"a": 1})"},
      function{"defineProperties", define_all, "object, descriptors", "20.1.2.3",
               "the same for several members", R"({}, {"a": {"value": 1}} -> {"a": 1})"},
      function{"freeze", itself, "object", "20.1.2.6",
               "itself: nothing in a pipe changes its operands", R"({"a": 1} -> {"a": 1})"},
      function{"isFrozen", is_frozen, "object", "20.1.2.16", "whether it is no object or array",
               "{} -> false"},
      function{"seal", itself, "object", "20.1.2.22", "itself", R"({"a": 1} -> {"a": 1})"},
      function{"isSealed", is_frozen, "object", "20.1.2.17", "whether it is no object or array",
               "{} -> false"},
      function{"preventExtensions", itself, "object", "20.1.2.20", "itself",
               R"({"a": 1} -> {"a": 1})"},
      function{"isExtensible", is_extensible, "object", "20.1.2.15",
               "whether it is an object or array", "{} -> true"},
      function{"isPrototypeOf", never, "object, other", "20.1.3.3", "false: data has no prototypes",
               "{}, {} -> false"},
  };
  return rows;
}

} // namespace quipu::mapper
