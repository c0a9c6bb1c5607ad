#include "actors/limits.hpp"

#include "actors/control.hpp"

namespace quipu {

// What the lower rooms have for themselves is what a node has unless it is told otherwise.
static_assert(read_limits{}.bytes == node_limits{}.definition_bytes);
static_assert(read_limits{}.depth == node_limits{}.definition_depth);
static_assert(read_limits{}.aliases == node_limits{}.definition_aliases);
static_assert(read_limits{}.activities == node_limits{}.definition_activities);
static_assert(step_limits{}.id_bytes == node_limits{}.id_bytes);
static_assert(step_limits{}.commit_bytes == node_limits{}.commit_bytes);
static_assert(step_limits{}.commit_children == node_limits{}.commit_children);
static_assert(fuel{}.steps == node_limits{}.mapper_steps);
static_assert(fuel{}.output_bytes == node_limits{}.mapper_bytes);
static_assert(control_limits{}.bytes == node_limits{}.control_bytes);
static_assert(control_limits{}.connections == node_limits{}.control_connections);

read_limits definition_limits(const node_limits& of) {
  return {of.definition_bytes, of.definition_depth, of.definition_aliases,
          of.definition_activities};
}

step_limits job_limits(const node_limits& of) {
  step_limits made;
  made.mapping.steps = of.mapper_steps;
  made.mapping.output_bytes = of.mapper_bytes;
  made.id_bytes = of.id_bytes;
  made.commit_bytes = of.commit_bytes;
  made.commit_children = of.commit_children;
  return made;
}

} // namespace quipu
