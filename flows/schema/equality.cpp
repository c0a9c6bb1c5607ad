#include "flows/schema/equality.hpp"

#include "flows/schema/number.hpp"
#include "flows/schema/run.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace quipu::draft7 {

namespace {

using member = json::object_t::const_pointer;

bool equal_at(const json& a, const json& b, std::uint32_t depth);

std::vector<member> by_key(const json::object_t& object) {
  std::vector<member> members;
  members.reserve(object.size());
  for (const auto& item : object) members.push_back(&item);
  std::ranges::sort(members, {}, [](member item) { return std::string_view{item->first}; });
  return members;
}

bool equal_objects(const json::object_t& a, const json::object_t& b, std::uint32_t depth) {
  if (a.size() != b.size()) return false;
  const auto equal_members = [depth](const auto& x, const auto& y) {
    return x.first == y.first && equal_at(x.second, y.second, depth);
  };
  const auto same_key = [](const auto& x, const auto& y) { return x.first == y.first; };
  if (std::ranges::equal(a, b, same_key)) return std::ranges::equal(a, b, equal_members);
  return std::ranges::equal(by_key(a), by_key(b),
                            [&](member x, member y) { return equal_members(*x, *y); });
}

bool equal_at(const json& a, const json& b, std::uint32_t depth) {
  const auto kind = kind_of(a);
  if (kind != kind_of(b) || depth > most_depth) return false;
  switch (kind) {
  case number_kind: return compare(a, b) == 0;
  case object_kind:
    return equal_objects(a.get_ref<const json::object_t&>(), b.get_ref<const json::object_t&>(),
                         depth + 1);
  case array_kind:
    return std::ranges::equal(
        a, b, [depth](const json& x, const json& y) { return equal_at(x, y, depth + 1); });
  default: return a == b;
  }
}

std::size_t mix(std::size_t a, std::size_t b) {
  constexpr std::size_t golden = 0x9e3779b97f4a7c15U;
  auto mixed = (a ^ (b + golden + (a << 6U) + (a >> 2U))) * golden;
  return mixed ^ (mixed >> 29U);
}

std::size_t hash_at(const json& value, std::uint32_t depth, std::uint64_t& visits) {
  ++visits;
  const std::size_t kind = kind_of(value);
  if (depth > most_depth) return kind;
  switch (kind) {
  case boolean_kind: return mix(kind, value.get<bool>() ? 1 : 0);
  case number_kind: return mix(kind, std::hash<double>{}(value.get<double>()));
  case string_kind:
    return mix(kind, std::hash<std::string_view>{}(value.get_ref<const std::string&>()));
  case array_kind: {
    auto sum = kind;
    for (const auto& item : value) sum = mix(sum, hash_at(item, depth + 1, visits));
    return sum;
  }
  case object_kind: {
    auto sum = kind;
    for (const auto& [key, item] : value.get_ref<const json::object_t&>())
      sum += mix(std::hash<std::string_view>{}(key), hash_at(item, depth + 1, visits));
    return sum;
  }
  default: return kind;
  }
}

} // namespace

bool equal(const json& a, const json& b) { return equal_at(a, b, 0); }
std::size_t hash(const json& value, std::uint64_t& visits) { return hash_at(value, 0, visits); }

} // namespace quipu::draft7
