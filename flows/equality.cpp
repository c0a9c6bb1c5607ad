#include "flows/equality.hpp"

#include "flows/schema/number.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace quipu {

namespace {

constexpr std::uint32_t deepest = 1'000; // for the stack

using member = json::object_t::const_pointer;

bool same_at(const json& a, const json& b, std::uint32_t depth);

std::vector<member> by_key(const json::object_t& object) {
  std::vector<member> members;
  members.reserve(object.size());
  for (const auto& item : object) members.push_back(&item);
  std::ranges::sort(members, {}, [](member item) { return std::string_view{item->first}; });
  return members;
}

bool same_members(const json::object_t& a, const json::object_t& b, std::uint32_t depth) {
  if (a.size() != b.size()) return false;
  const auto same_member = [depth](const auto& x, const auto& y) {
    return x.first == y.first && same_at(x.second, y.second, depth);
  };
  const auto key_is_same = [](const auto& x, const auto& y) { return x.first == y.first; };
  if (std::ranges::equal(a, b, key_is_same)) return std::ranges::equal(a, b, same_member);
  return std::ranges::equal(by_key(a), by_key(b),
                            [&](member x, member y) { return same_member(*x, *y); });
}

bool same_at(const json& a, const json& b, std::uint32_t depth) {
  if (a.is_number() && b.is_number()) return draft7::compare(a, b) == 0;
  if (a.type() != b.type() || depth > deepest) return false;
  if (a.is_object())
    return same_members(a.get_ref<const json::object_t&>(), b.get_ref<const json::object_t&>(),
                        depth + 1);
  if (!a.is_array()) return a == b;
  return std::ranges::equal(
      a, b, [depth](const json& x, const json& y) { return same_at(x, y, depth + 1); });
}

std::size_t mix(std::size_t a, std::size_t b) {
  constexpr std::size_t golden = 0x9e3779b97f4a7c15U;
  auto mixed = (a ^ (b + golden + (a << 6U) + (a >> 2U))) * golden;
  return mixed ^ (mixed >> 29U);
}

std::size_t hash_at(const json& value, std::uint32_t depth, std::uint64_t& visits) {
  ++visits;
  const auto kind =
      static_cast<std::size_t>(value.is_number() ? json::value_t::number_float : value.type());
  if (depth > deepest) return kind;
  switch (value.type()) {
  case json::value_t::boolean: return mix(kind, value.get<bool>() ? 1 : 0);
  case json::value_t::number_integer:
  case json::value_t::number_unsigned:
  case json::value_t::number_float: return mix(kind, std::hash<double>{}(value.get<double>()));
  case json::value_t::string:
    return mix(kind, std::hash<std::string_view>{}(value.get_ref<const std::string&>()));
  case json::value_t::array: {
    auto sum = kind;
    for (const auto& item : value) sum = mix(sum, hash_at(item, depth + 1, visits));
    return sum;
  }
  case json::value_t::object: {
    auto sum = kind;
    for (const auto& [key, item] : value.get_ref<const json::object_t&>())
      sum += mix(std::hash<std::string_view>{}(key), hash_at(item, depth + 1, visits));
    return sum;
  }
  default: return kind;
  }
}

} // namespace

bool same(const json& a, const json& b) { return same_at(a, b, 0); }
std::size_t hash(const json& value, std::uint64_t& visits) { return hash_at(value, 0, visits); }

} // namespace quipu
