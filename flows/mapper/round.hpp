#pragma once

#include "flows/mapper/program.hpp"

namespace quipu::mapper {

/// Whether the first of these rows that is no pipe takes operands from the row before them.
[[nodiscard]] bool takes_operands(const std::vector<row>& rows);

/// Marks in a `@reduce` who uses what is so far: its first row as an operand, or references; and
/// which reference is the last of a round, so that it may take what is so far away and a function
/// can change it in place instead of copying it in each round.
void mark_output(row& reduce);

} // namespace quipu::mapper
