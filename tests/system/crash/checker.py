"""Whether the histories of some jobs can be true. Shares no code and no table with the engine.

    checker.py HISTORIES NOTES     HISTORIES: `quipu history --all --json`; NOTES: what the load noted
    checker.py --selftest          is itself checked: it must refuse forged histories

Checked: every accepted job is there, ended, and ended once; records are numbered without a gap and times never go
back; the key changes only as digits may, a settled digit never; a job has ended exactly when no digit is open; the
composite is the key with the children's composites in brackets; parents and children know each other; each worker's
call was settled once, was really made, and carried one key and one input in all of its attempts.
"""

import copy
import json
import sys
from collections import defaultdict

# From the paper: 9 pending, 8 started, 7 errored, 6 completed, 5 paused, 4 released, 3 skipped.
STEPS = {"9": "83", "8": "6753", "5": "473", "7": "", "6": "", "4": "", "3": ""}
OPEN = set("985")
ENDS = {"completed", "failed", "interrupted"}


def reachable(digit):
    found, queue = set(), list(STEPS[digit])
    while queue:
        one = queue.pop()
        if one not in found:
            found.add(one)
            queue += STEPS[one]
    return found


MAY_BECOME = {digit: reachable(digit) for digit in STEPS}


def check_digits(record, before, after, say):
    number = record["number"]
    if len(before) != len(after):
        return say(f"record {number}: the key grew from {len(before)} to {len(after)} digits")
    told = {(turn["from"], turn["to"]) for turn in record.get("digits", [])}
    for place, (old, new) in enumerate(zip(before, after)):
        if old != new and new not in MAY_BECOME.get(old, ()):
            say(f"record {number}: digit {place} turns from {old} to {new}, which no digit may")
        elif old != new and (old, new) not in told and not chained(old, new, told):
            say(f"record {number}: digit {place} turns from {old} to {new}, but the record does not say so")
    for turn in record.get("digits", []):
        if turn["to"] not in MAY_BECOME.get(turn["from"], ()):
            say(f"record {number}: {turn['activity']} turns from {turn['from']} to {turn['to']}, which no digit may")


def chained(old, new, told):
    """Several turns of one digit in a record: 9 to 8 to 6."""
    return any(first == old and (middle == new or chained(middle, new, told)) for first, middle in told)


def check_history(job, say):
    records = job["records"]
    if not records:
        return say("there is no record")
    if [record["number"] for record in records] != list(range(1, len(records) + 1)):
        say("the records are not numbered 1, 2, 3 ...")
    if records[0]["cause"] != "created" or set(records[0]["key"]) - set("89") or records[0]["key"][0] != "8":
        say("the first record is no birth: its key should be an 8 and 9s")
    for before, record in zip(records, records[1:]):
        if record["at"] < before["at"]:
            say(f"record {record['number']}: time goes back")
        if record["cause"] == "created":
            say(f"record {record['number']}: the job is created again")
        check_digits(record, before["key"], record["key"], say)
    ends = [record for record in records if "end" in record]
    if len(ends) != 1 or ends[0] is not records[-1]:
        say(f"it ends {len(ends)} times; it should once, with its last record")
    elif ends[0]["end"]["state"] != job["state"] or job["state"] not in ENDS:
        say(f"it ends as {ends[0]['end']['state']}, but is {job['state']}")
    for record in records:
        if ("end" in record) == bool(OPEN & set(record["key"])):
            say(f"record {record['number']}: ended and open at once, or neither, with the key {record['key']}")
    if records[-1]["key"] != job["key"]:
        say(f"its key is {job['key']}, but its history comes to {records[-1]['key']}")


def check_settled_once(job, say):
    settled = defaultdict(int)
    for record in job["records"]:
        for turn in record.get("digits", []):
            if turn["from"] in "85" and turn["to"] in "67" and "through" not in turn:
                settled[(turn["activity"], turn["dimension"])] += 1
    for (activity, dimension), count in settled.items():
        if count != 1:
            say(f"{activity} pass {dimension} was settled {count} times")


def split(composite):
    """A composite as its own digits and what hangs behind them, in order."""
    own, hanging, depth, start = "", [], 0, 0
    for place, digit in enumerate(composite):
        if digit == "1":
            depth += 1
            start = place + 1 if depth == 1 else start
        elif digit == "2":
            depth -= 1
            if depth == 0:
                hanging.append(composite[start:place])
        elif depth == 0:
            own += digit
        if depth < 0:
            return None
    return (own, hanging) if depth == 0 else None


def check_family(job, jobs, say):
    children = [entry["job"] for record in job["records"] for entry in record.get("children", [])]
    for child in children:
        if child not in jobs:
            say(f"its child {child} has no history")
        elif jobs[child]["parent"] != job["job"]:
            say(f"its child {child} has another parent, {jobs[child]['parent']}")
    parts = split(job["composite"])
    if parts is None:
        say(f"the brackets of {job['composite']} do not match")
    elif parts[0] != job["key"]:
        say(f"the composite {job['composite']} has other digits than the key {job['key']}")
    elif sorted(parts[1]) != sorted(jobs[child]["composite"] for child in children if child in jobs):
        say(f"what hangs in {job['composite']} is not what its children are")
    parent = job["parent"]
    if parent and parent not in jobs:
        say(f"its parent {parent} has no history")
    elif parent and not any(entry["job"] == job["job"] for record in jobs[parent]["records"]
                            for entry in record.get("children", [])):
        say(f"its parent {parent} does not know it")


def check_calls(job, calls, say):
    for (activity, dimension), made in calls.items():
        if len({call["call"] for call in made}) != 1:
            say(f"{activity} pass {dimension} was called with several keys")
        if len({json.dumps(call["input"], sort_keys=True) for call in made}) != 1:
            say(f"{activity} pass {dimension} was called with several inputs")
        attempts = [call["attempt"] for call in made]
        if len(set(attempts)) != len(attempts):
            say(f"{activity} pass {dimension} made one attempt twice: {attempts}")
    for record in job["records"]:
        if record["cause"] == "replied" and (record["activity"], record["dimension"]) not in calls:
            say(f"record {record['number']}: {record['activity']} replied, but was never called")


def check(histories, notes):
    """Everything that cannot be true, a line each."""
    complaints = []
    jobs = {}
    for job in histories:
        if job["job"] in jobs:
            complaints.append(f"{job['job']}: is there twice")
        jobs[job["job"]] = job
    calls = defaultdict(lambda: defaultdict(list))
    keys = {}
    for note in notes:
        if "accepted" in note and note["accepted"] not in jobs:
            complaints.append(f"{note['accepted']}: was accepted and is lost")
        if "call" in note:
            where = (note["activity"], note["dimension"])
            calls[note["job"]][where].append(note)
            if keys.setdefault(note["call"], (note["job"], where)) != (note["job"], where):
                complaints.append(f"{note['job']}: shares the key {note['call']} with another call")
            if note["job"] not in jobs:
                complaints.append(f"{note['job']}: was called for and is lost")
    for name, job in jobs.items():
        say = lambda what, name=name: complaints.append(f"{name}: {what}")
        check_history(job, say)
        check_settled_once(job, say)
        check_family(job, jobs, say)
        check_calls(job, calls[name], say)
    return complaints


def true_story():
    """Two jobs, one awaiting the other, that could have been."""
    def turn(activity, old, new):
        return {"activity": activity, "dimension": 0, "from": old, "to": new}

    def record(number, cause, activity, key, digits, **more):
        return {"number": number, "at": f"2026-01-01T00:00:0{number}.000Z", "cause": cause, "activity": activity,
                "dimension": 0, "digits": digits, "key": key, **more}

    parent = {"job": "p", "parent": "", "state": "completed", "key": "666", "composite": "6616626", "records": [
        record(1, "created", "t", "899", [turn("t", "9", "8")]),
        record(2, "begun", "t", "688", [turn("t", "8", "6"), turn("a", "9", "8"), turn("w", "9", "8")],
               children=[{"activity": "a", "job": "c"}]),
        record(3, "replied", "w", "686", [turn("w", "8", "6")]),
        record(4, "child_ended", "a", "666", [turn("a", "8", "6")], end={"state": "completed"})]}
    child = {"job": "c", "parent": "p", "state": "completed", "key": "66", "composite": "66", "records": [
        record(1, "created", "t", "89", [turn("t", "9", "8")]),
        record(2, "begun", "t", "68", [turn("t", "8", "6"), turn("v", "9", "8")]),
        record(3, "replied", "v", "66", [turn("v", "8", "6")], end={"state": "completed"})]}
    notes = [{"accepted": "p"}]
    notes += [{"call": f"k-{job}", "job": job, "activity": activity, "dimension": 0, "attempt": attempt, "input": {"n": 1}}
              for job, activity, attempt in (("p", "w", 1), ("c", "v", 1), ("c", "v", 2))]
    return [parent, child], notes


def selftest():
    def forged(what, change):
        jobs, notes = copy.deepcopy(true_story())
        change(jobs, notes)
        found = check(jobs, notes)
        print(f"{'refused' if found else 'BELIEVED'}: {what}{': ' + found[0] if found else ''}")
        return bool(found)

    def end_twice(jobs, _):
        jobs[1]["records"][1]["end"] = {"state": "completed"}

    def drop_record(jobs, _):
        del jobs[0]["records"][2]

    def revive(jobs, _):
        jobs[0]["records"][3]["key"] = jobs[0]["key"] = "668"

    def lose(jobs, _):
        del jobs[0]
        jobs[0]["parent"] = ""

    def change_key(_, notes):
        notes[-1]["call"] = "another"

    def change_input(_, notes):
        notes[-1]["input"] = {"n": 2}

    def settle_twice(jobs, _):
        jobs[0]["records"][3]["digits"].append({"activity": "w", "dimension": 0, "from": "8", "to": "6"})

    def leave_running(jobs, _):
        jobs[1]["records"].pop()
        jobs[1].update(state="running", key="68", composite="68")

    def swap_brackets(jobs, _):
        jobs[0]["composite"] = "6626616"

    def reply_without_call(_, notes):
        notes.pop(1)

    believed = check(*true_story())
    print("\n".join(believed) if believed else "believed: a true history")
    results = [forged(what, change) for what, change in (
        ("a job that ends twice", end_twice), ("a record is missing", drop_record), ("a settled digit opens again", revive),
        ("an accepted job is lost", lose), ("another key at the second attempt", change_key),
        ("another input at the second attempt", change_input), ("an activity is settled twice", settle_twice),
        ("a job never ends", leave_running), ("brackets that do not match", swap_brackets),
        ("a reply that nobody was asked for", reply_without_call))]
    return not believed and all(results)


def read_notes(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    if sys.argv[1:] == ["--selftest"]:
        sys.exit(0 if selftest() else 1)
    with open(sys.argv[1], encoding="utf-8") as stream:
        wrong = check(json.load(stream), read_notes(sys.argv[2]))
    print("\n".join(wrong[:20]) if wrong else "everything fits")
    sys.exit(1 if wrong else 0)
