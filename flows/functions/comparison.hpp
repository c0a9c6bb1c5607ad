#pragma once

#include "flows/mapper/function.hpp"

namespace quipu::mapper {

/// The relational operators (ECMA-262 13.10), which `conditional` and `number` both have.

inline value less(call& c) { return less_than(c.at(0), c.at(1), c.spend).value_or(false); }
inline value greater(call& c) { return less_than(c.at(1), c.at(0), c.spend).value_or(false); }
inline value at_least(call& c) { return !less_than(c.at(0), c.at(1), c.spend).value_or(true); }
inline value at_most(call& c) { return !less_than(c.at(1), c.at(0), c.spend).value_or(true); }

} // namespace quipu::mapper
