#include "flows/mapper/round.hpp"

namespace quipu::mapper {

namespace {

/// The reference to `{$output}` that a round evaluates last. Bodies of other reduces have their
/// own.
reference* last_output(std::vector<row>& rows, std::size_t& count);

void look(node& in, reference*& last, std::size_t& count) {
  if (auto* found = std::get_if<reference>(&in.is);
      found && found->from == reference::root::output) {
    last = found;
    ++count;
  } else if (auto* inner = std::get_if<std::unique_ptr<pipe>>(&in.is)) {
    if (auto* found_last = last_output((*inner)->rows, count)) last = found_last;
  }
}

reference* last_output(std::vector<row>& rows, std::size_t& count) {
  reference* last = nullptr;
  for (auto& each : rows) {
    for (auto& cell : each.cells) look(cell, last, count);
    if (each.is == row::kind::pipe)
      if (auto* found = last_output(each.rows, count)) last = found;
  }
  return last;
}

} // namespace

bool takes_operands(const std::vector<row>& rows) {
  if (rows.empty()) return false;
  if (rows[0].is == row::kind::pipe) return takes_operands(rows[0].rows);
  return rows[0].is != row::kind::cells;
}

void mark_output(row& reduce) {
  reduce.begins_with_output = takes_operands(reduce.rows);
  std::size_t count = 0;
  auto* last = last_output(reduce.rows, count);
  reduce.reads_output = count > 0;
  if (last && !reduce.begins_with_output) last->last = true;
}

} // namespace quipu::mapper
