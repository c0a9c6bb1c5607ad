#include "actors/runner/obligation_row.hpp"

#include "flows/step.hpp"

namespace quipu {

std::optional<obligation_row> row_of(const flow& rules, const instance& at,
                                     const obligation& owed) {
  const bool called = owed.is == obligation::kind::called;
  if (called && !owed.due_ms) return std::nullopt;
  obligation_row row;
  row.name = name(at);
  row.body = encode(owed);
  row.answerable = !called;
  row.standing = owed.standing;
  row.due_ms = owed.due_ms;
  row.waits = owed.waits;
  row.returns = rules.activities[at.activity].slice != 0 || owed.standing;
  if (owed.is == obligation::kind::backlog)
    row.backlog = owed.deaths >= suspect_calls ? backlog_of_suspects(owed.topic) : owed.topic;
  return row;
}

} // namespace quipu
