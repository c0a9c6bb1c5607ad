#include "collation/job/tree.hpp"

#include <algorithm>

namespace quipu {

namespace {

constexpr pass_name root{0, 0};

/// How many activities there are; 0 until the root has been opened.
std::size_t size(const job& of) {
  const auto found = of.passes().find(root);
  return found == of.passes().end() ? 0 : found->second.digits.size();
}

} // namespace

bool has(const job& of, std::uint32_t activity) { return activity < size(of); }

bool has_all(const job& of, const record& what) {
  const auto count = size(of);
  const auto is_there = [count](const auto& entry) { return entry.first.activity < count; };
  return std::all_of(what.written.begin(), what.written.end(), is_there) &&
         std::all_of(what.owed.begin(), what.owed.end(), is_there) &&
         std::all_of(what.children.begin(), what.children.end(), is_there);
}

bool has_room(const job& of, const pass_name& at, const pass& made) {
  const auto count = made.digits.size();
  if (count == 0) return false;
  if (at == root) return made.first == 0 && made.parent == 0;
  const auto whole = size(of);
  return at.slice != 0 && count <= whole && made.first <= whole - count;
}

} // namespace quipu
