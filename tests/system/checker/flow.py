"""Definitions, as the checker reads them: activities in preorder, the stretches that may be opened again, mappings.

Of the mapper only references and literals; the load uses nothing else.
"""

import re
from dataclasses import dataclass, field

NOTHING = object()  # undefined


@dataclass
class Activity:
    name: str
    said: dict              # as it was written
    parent: int = 0
    size: int = 1           # of its sub-tree
    slice: int = 0
    behind: int = 0         # the slice behind a re-enterable hook
    edges: list = field(default_factory=list)  # (activity, conditions)
    rules: list = field(default_factory=list)  # of a hook: (topic, conditions)

    @property
    def kind(self):
        return self.said["type"]


@dataclass
class Slice:
    first: int
    count: int
    around: int
    owner: int


class Flow:
    def __init__(self, graph, partitions=1):
        self.partitions = partitions
        self.topic = graph["subscribes"]
        self.publishes = graph.get("publishes")
        self.persistent = graph.get("persistent", False)
        self.activities, self.place = [], {}
        ways = graph.get("transitions", {})
        root = next(name for name, said in graph["activities"].items() if said["type"] == "trigger")
        self._lay_out(graph["activities"], ways, root, 0)
        for topic, rules in graph.get("hooks", {}).items():
            for rule in rules:
                self[rule["to"]].rules.append((topic, rule.get("conditions", {})))
        self.slices = [Slice(0, len(self.activities), 0, 0)]
        for at, one in enumerate(self.activities):
            if one.said.get("cycle") and one.size > 1:
                one.behind = self._open(at + 1, one.size - 1, one.slice, at)
            elif one.kind in ("worker", "hook"):
                for to, conditions in one.edges:
                    if 202 in codes(conditions):
                        self._open(to, self.activities[to].size, one.slice, at)

    def __getitem__(self, name):
        return self.activities[self.place[name]]

    def _lay_out(self, said, ways, name, parent):
        at = self.place[name] = len(self.activities)
        one = Activity(name, said[name], parent)
        self.activities.append(one)
        for edge in ways.get(name, []):
            one.edges.append((len(self.activities), edge.get("conditions", {})))
            self._lay_out(said, ways, edge["to"], at)
        one.size = len(self.activities) - at

    def _open(self, first, count, around, owner):
        self.slices.append(Slice(first, count, around, owner))
        for at in range(first, first + count):
            self.activities[at].slice = len(self.slices) - 1
        return len(self.slices) - 1


def codes(conditions):
    """The codes that an edge names; empty: success."""
    said = conditions.get("code", [])
    return said if isinstance(said, list) else [said]


def admits(conditions, code, pending):
    named = codes(conditions)
    if pending:
        return 202 in named
    return code in named if named else code < 400 and code != 202


def same(one, other):
    """Equal as JSON values: '1' is not 1, true is not 1, 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) in (int, float) and type(other) in (int, float) and one == other or \
        type(one) is type(other) and one == other


def duration_ms(said):
    """'1h30m', '250ms', or seconds."""
    if isinstance(said, (int, float)):
        return -int(-said * 1000 // 1)
    units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
    return sum(int(float(count) * units[unit]) for count, unit in re.findall(r"([\d.]+)(ms|s|m|h|d)", said))


def evaluate(rule, read):
    """The value of a mapping; `read(activity or '$self' or '$job', document, part)` gives what a reference is about."""
    if isinstance(rule, dict):
        made = {key: evaluate(one, read) for key, one in rule.items()}
        return {key: one for key, one in made.items() if one is not NOTHING}
    if not isinstance(rule, str) or not (rule.startswith("{") and rule.endswith("}")):
        return rule
    head, *path = rule[1:-1].split(".")
    if head == "$job":
        found, path = read(head, path[0], None), path[1:]
    else:
        found, path = read(head, path[0], path[1]), path[2:]
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return NOTHING
        found = found[name]
    return found
