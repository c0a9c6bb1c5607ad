#include "flows/fit.hpp"

namespace quipu {

namespace {

bool stands(const flow& rules, const pass_name& at, const pass& stored) {
  if (at.slice >= rules.slices.size()) return false;
  const auto& slice = rules.slices[at.slice];
  if (stored.first != slice.first || stored.digits.size() != slice.count) return false;
  for (std::uint32_t position = 0; position < slice.count; ++position) {
    const bool is_here = rules.activities[slice.first + position].slice == at.slice;
    if (is_here == (stored.digits.at(position) == digit::not_applicable)) return false;
  }
  return true;
}

} // namespace

bool fits(const job& state, const flow& rules) {
  if (state.born().slices != rules.slices.size() || !state.passes().contains({0, 0})) return false;
  for (const auto& [at, stored] : state.passes())
    if (!stands(rules, at, stored)) return false;
  return true;
}

} // namespace quipu
