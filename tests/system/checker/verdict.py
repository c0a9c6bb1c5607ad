"""Everything that cannot be true of a store, a line each.

| | by | from |
|---|---|---|
| I1 | `outcomes` | accepted starts are there; at rest, each has ended |
| I2 | `legs.expect` | every record is the step that the definition calls for |
| I3 | `calls` | one key and one input for all attempts of a call; each reply is what such a call answers |
| I4 | `State.fold` | digits turn as they may; ended exactly when none is open |
| I5 | `stored` | the fields and rows are what the records fold to, byte for byte |
| I6 | `History` | checksums; the chain of hashes ends in the job's head |
| I8 | `left_over` | at rest nothing waits in any table |
| | `families` | parents and children know each other, and what one says is what the other takes |
| | `outside` | a signal or reply that was accepted is taken up exactly once |
| | `publications` | what was published is what the steps say, once each |
"""

from collections import Counter, defaultdict

from .flow import Flow, same
from .legs import expect
from .packing import Broken, pack, unpack
from .state import ENDS, Misfit, State, chain, read_record


def work(asked, attempt):
    """What a worker of the load answers: code, data."""
    if "fails" in asked and attempt <= asked.get("until", 0):
        return asked["fails"], {"message": "as asked"}
    n = asked.get("n", 0)
    return (202, {"n": n}) if asked.get("pends") else (200, {"n": n + 1, "last": n + 1 >= 3})


class History:
    """One job: its records read, folded, and compared with what its definition calls for."""

    def __init__(self, job, flows):
        self.job, self.wrong = job, []
        self.state, self.records = State(), []
        self.inputs, self.children, self.attempts = {}, {}, defaultdict(set)
        self.notices, self.reports, self.signals, self.taken = [], [], [], []
        self.flow = flows.get((job["app"], job["version"]), {}).get(job["topic"])
        if self.flow is None:
            return self.say("its definition is not there")
        try:
            head = bytes(32)
            for stored in job["records"]:
                head = chain(stored, head)
                self.records.append(read_record(stored))
            if head.hex() != job["head"]:
                self.say("its records do not come to its head")
            for record in self.records:
                self.follow(record)
            self.stored()
        except (Broken, Misfit) as why:
            self.say(f"record {len(self.records) if isinstance(why, Broken) else self.state.count + 1} {why}")
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as why:
            self.say(f"record {self.state.count + 1} is not shaped like one: {type(why).__name__} {why}")

    def say(self, what):
        self.wrong.append(f"{self.job['job']}: {what}")

    def follow(self, record):
        at = tuple(record.get("a", (0, 0)))
        if not self.state.count:
            return self.birth(record)
        called = self.state.owed.get(at, {})
        step = expect(self.flow, self.state, record)
        self.state.fold(record)
        self.compare(step.job)
        if record["y"] == "replied" and self.flow.activities[at[0]].kind == "worker":
            self.reply(at, called["m"], record)
        self.inputs.update(step.inputs)
        self.children.update(step.children)
        self.notices += step.notices
        self.signals += step.signals
        if step.report:
            self.reports.append(step.report)
        if record["y"] in ("signalled", "completed"):
            self.taken.append((record["y"], at, written(record, at)))
        for where, owed in self.state.owed.items():
            if owed["k"] == "called":
                self.attempts[where].add(owed["m"])

    def birth(self, record):
        self.state.fold(record)
        count = len(self.flow.activities)
        digits = "".join("0" if one.slice else "9" for one in self.flow.activities)
        expected = {(0, 0): "8" + digits[1:]}
        for which, told in enumerate(self.flow.slices[1:], 1):
            expected[which, 0] = "".join("9" if self.flow.activities[at].slice == which else "0"
                                         for at in range(told.first, told.first + told.count))
        found = {at: text for at, (_, _, text) in self.state.passes.items()}
        if record["y"] != "created" or found != expected or len(self.state.key()) != count:
            raise Misfit(f"is no birth of {self.flow.topic}: {found}")
        if self.state.born["job"] != self.job["job"] or self.state.born["tpc"] != self.job["topic"]:
            raise Misfit("is the birth of another job")

    def compare(self, due):
        """The job as the definition calls for it, against the job as the record left it."""
        real = self.state

        def differ(what, wanted, found):
            if wanted != found:
                raise_at = {key: (wanted.get(key), found.get(key)) for key in {*wanted, *found}
                            if wanted.get(key) != found.get(key)} if isinstance(wanted, dict) else (wanted, found)
                raise Misfit(f"{what}: the definition calls for the first of {raise_at}")

        bare = lambda owed: {part: one for part, one in owed.items() if part not in "wi"}
        try:
            differ("digits", {at: row[2] for at, row in due.passes.items()},
                   {at: row[2] for at, row in real.passes.items()})
            differ("passes", due.opened, real.opened)
            differ("obligations", {at: bare(one) for at, one in due.owed.items()},
                   {at: bare(one) for at, one in real.owed.items()})
            differ("data", due.data, real.data)
            differ("children", due.children, real.children)
            differ("marks", due.marks, real.marks)
            differ("end", due.end, real.end)
            said = lambda all_: {at: {part: one for part, one in told.items() if part != "i"}
                                 for at, told in all_.items() if set(told) - {"i"}}
            differ("documents", said(due.documents), said(real.documents))
            differ("answers", said(due.answers), said(real.answers))
        except Misfit:
            self.state.count -= 1  # the record at fault
            raise

    def reply(self, at, attempt, record):
        code, data = work(self.inputs.get(at, {}), attempt)
        told = written(record, at)
        if told.get("c") != code or (code < 400 and told.get("o") != data) or \
                ("e" in told and told["e"].get("data") != data):
            self.say(f"record {record['n']}: {self.flow.activities[at[0]].name} has {told} for the reply to attempt "
                     f"{attempt} with {self.inputs.get(at)}, which was {code} {data}")

    def stored(self):
        job, state = self.job, self.state
        if job["count"] != state.count:
            self.say(f"it has {job['count']} records, and {state.count} are there")
        if job["state"] != (state.end["s"] if state.end else "running"):
            self.say(f"it is {job['state']}, but its records come to {state.end}")
        made = {name: value.hex() for name, value in state.fields().items()}
        for name in sorted({*made, *job["fields"]}):
            if made.get(name) != job["fields"].get(name):
                self.say(f"field {name} is {readable(job['fields'].get(name))}; folding gives {readable(made.get(name))}")
        rows = {f"{at[0]}.{at[1]}": pack(owed).hex() for at, owed in state.owed.items()
                if owed["k"] != "called" or "d" in owed}
        kept = {row["name"]: row["body"] for row in job["obligations"]}
        if rows != kept:
            self.say(f"it owes {sorted(kept)}; folding gives {sorted(rows)}")
        for row in job["obligations"]:
            if rows.get(row["name"]) and row.get("due") != unpack(bytes.fromhex(row["body"])).get("d"):
                self.say(f"the timer of {row['name']} is set to {row.get('due')}")


def written(record, at):
    """What a record says of the documents of an activity."""
    return next((told for activity, number, told in record.get("o", []) if (activity, number) == at), {})


def readable(stored):
    try:
        return unpack(bytes.fromhex(stored)) if stored is not None else "not there"
    except Broken:
        return stored


class Checker:
    """Keeps the verdict on jobs that have not changed since it looked last. `one_past`: the store was never turned back
    under a running engine, which would make the calls of both pasts. `partitions`: of the store."""

    def __init__(self, one_past=True, partitions=1):
        self.known = {}  # job -> (head, History)
        self.partitions = partitions
        self.one_past = one_past

    def check(self, world, notes, at_rest=False, lost=()):
        """`at_rest`: everything should have ended. `lost`: numbers of notes whose effect may be gone."""
        flows = {app: {graph["subscribes"]: Flow(graph, self.partitions) for graph in source["app"]["graphs"]}
                 for app, source in world.apps.items()}
        histories = {}
        for name, job in world.jobs.items():
            kept = self.known.get(name)
            histories[name] = kept[1] if kept and kept[0] is job else History(job, flows)
        self.known = {name: (told.job, told) for name, told in histories.items()}
        kept_notes = [note for number, note in enumerate(notes) if number not in lost]
        wrong = [line for told in histories.values() for line in told.wrong]
        wrong += outcomes(histories, kept_notes, at_rest)
        if self.one_past:
            wrong += calls(histories, notes, kept_notes)
        wrong += families(histories)
        wrong += outside(histories, notes, kept_notes)
        wrong += publications(histories, world.publications)
        if at_rest:
            wrong += left_over(world)
        return wrong


def outcomes(histories, notes, at_rest):
    wrong, gids = [], Counter(told.job["gid"] for told in histories.values())
    wrong += [f"gid {gid} is that of {count} jobs" for gid, count in gids.items() if count > 1]
    for note in notes:
        if "accepted" not in note:
            continue
        told = histories.get(note["accepted"])
        if told is None:
            wrong.append(f"{note['accepted']}: was accepted and is lost")
        elif told.job["topic"] != note["topic"] or told.records and \
                told.records[0].get("o", [[0, 0, {}]])[0][2].get("i") != note["data"]:
            wrong.append(f"{note['accepted']}: began with something else than was accepted")
    if at_rest:
        wrong += [f"{name}: never ended" for name, told in histories.items() if told.job["state"] not in ENDS]
    return wrong


def calls(histories, notes, kept):
    wrong, made, keys = [], defaultdict(list), {}
    for note in notes:
        if "call" not in note:
            continue
        where = (note["job"], note["activity"], note["dimension"])
        made[where].append(note)
        if keys.setdefault(note["call"], where) != where:
            wrong.append(f"{note['job']}: shares the key {note['call']} with another call")
    must = {id(note) for note in kept}
    for (job, activity, dimension), all_ in made.items():
        what = f"{job}: {activity} pass {dimension}"
        if len({note["call"] for note in all_}) > 1:
            wrong.append(f"{what} was called with several keys")
        if any(not same(note["input"], all_[0]["input"]) for note in all_):
            wrong.append(f"{what} was called with several inputs")
        attempts = Counter(note["attempt"] for note in all_)
        if max(attempts.values()) > 1:
            wrong.append(f"{what} made one attempt twice: {sorted(attempts.elements())}")
        told = histories.get(job)
        if told is None:
            if any(id(note) in must for note in all_):
                wrong.append(f"{what} was called, and the job is lost")
            continue
        key = f"{told.job['gid']}.{activity}.{dimension}"
        if all_[0]["call"] != key:
            wrong.append(f"{what} was called with the key {all_[0]['call']}; its own is {key}")
        if told.wrong:
            continue
        at = (told.flow.place[activity], dimension)
        for note in all_:
            if id(note) in must and note["attempt"] not in told.attempts[at]:
                wrong.append(f"{what}: attempt {note['attempt']} was called; its history knows {told.attempts[at]}")
            elif at in told.inputs and not same(note["input"], told.inputs[at]):
                wrong.append(f"{what} was called with {note['input']}; its input is {told.inputs[at]}")
    for name, told in histories.items():
        for record in told.records:
            at = tuple(record.get("a", (0, 0)))
            if record["y"] == "replied" and told.flow.activities[at[0]].kind == "worker":
                where = (name, told.flow.activities[at[0]].name, at[1])
                if record.get("m") not in {note["attempt"] for note in made.get(where, [])}:
                    wrong.append(f"{name}: record {record['n']}: attempt {record.get('m')} of {where[1]} replied, but "
                                 "was never called")
    return wrong


def families(histories):
    wrong = []
    for name, told in histories.items():
        if told.wrong:
            continue
        for at, (child, topic, message, severed) in told.children.items():
            below = histories.get(child)
            if below is None:
                wrong.append(f"{name}: its child {child} is not there")
                continue
            born = below.state.born or {}
            if (born.get("pj"), born.get("tpc"), born.get("sev", False)) != (name, topic, severed) or \
                    (born.get("pi", 0), born.get("pd", 0)) != at:
                wrong.append(f"{name}: its child {child} has another parent, or is another flow")
            elif below.records[0].get("o", [[0, 0, {}]])[0][2].get("i") != message:
                wrong.append(f"{name}: its child {child} began with something else than {message}")
        for record in told.records:
            if record["y"] == "child_ended":
                wrong += took_report(name, told, record, histories)
        parent = told.job["parent"]
        if parent and (parent not in histories or
                       not histories[parent].wrong and name not in {row[0] for row in histories[parent].children.values()}):
            wrong.append(f"{name}: its parent {parent} does not know it")
    return wrong


def took_report(name, told, record, histories):
    """What an await took is what its child said: at its end, or when it persisted."""
    at = tuple(record["a"])
    below = histories.get(told.children.get(at, ("",))[0])
    if below is None or below.wrong:
        return []
    if not below.reports:
        return [f"{name}: record {record['n']}: an await ended, but its child {below.job['job']} has not"]
    report = below.reports[0]
    said = written(record, at)
    if "error" in report:
        fits = said.get("c") == report["error"].get("code") and "e" in said
    else:
        fits = said.get("c") == 200 and said.get("o") == report["data"]
    return [] if fits else [f"{name}: record {record['n']}: its child said {report}, it took {said}"]


def outside(histories, notes, kept):
    wrong, signals, replies = [], Counter(), Counter()
    for name, told in histories.items():
        for cause, at, documents in told.taken:
            if cause == "signalled" and isinstance(documents.get("h"), dict) and "tag" in documents["h"]:
                signals[documents["h"]["tag"]] += 1
            elif cause == "completed":
                replies[name, told.flow.activities[at[0]].name, at[1], documents.get("o", {}).get("n")] += 1
    wrong += [f"the signal {tag} was taken up {count} times" for tag, count in signals.items() if count > 1]
    wrong += [f"the reply {what} was taken up {count} times" for what, count in replies.items() if count > 1]
    sent = {note["data"].get("tag") for note in notes if "signal" in (note.get("asks"), note.get("did"))}
    asked = {(note["job"], note["data"].get("n")) for note in notes if "complete" in (note.get("asks"), note.get("did"))}
    wrong += [f"the signal {tag} was taken up, but nobody sent it" for tag in signals if tag not in sent]
    wrong += [f"the reply {what} was taken up, but nobody gave it" for what in replies if (what[0], what[3]) not in asked]
    final = {}  # when a call had its last reply: what is told behind it comes too late
    for note in notes:
        if note.get("did") == "complete" and note.get("code") == 200:
            call = note["job"], note["name"]
            final[call] = min(note["steady"], final.get(call, note["steady"]))
    for note in kept:
        told = histories.get(note.get("job"))
        if "said" not in note or told is None or told.wrong:
            continue
        gone = told.job["state"] != "running"
        if note["did"] == "signal" and note["said"] == "answered" and note["name"] in ("mix.approved", "mix.hurried"):
            # A hook that waits takes what was accepted for it, unless it has not come to it yet.
            if signals[note["data"]["tag"]] == 0 and (gone or not told.job["mail"]):
                wrong.append(f"{note['job']}: the signal {note['data']['tag']} was accepted and is lost")
        late = note["steady"] > final.get((note["job"], note["name"]), note["steady"])
        if note["did"] == "complete" and not late and not any(what[0] == note["job"] and what[3] == note["data"]["n"]
                                                 for what in replies) and (gone or not told.job["mail"]):
            wrong.append(f"{note['job']}: the reply {note['data']} was accepted and is lost")
        if note["did"] == "interrupt" and not gone:
            wrong.append(f"{note['job']}: was interrupted, and runs")
    return wrong


def publications(histories, found):
    wrong = []
    for name, told in histories.items():
        if told.wrong:
            continue
        due = [(told.flow.publishes, body) for body in told.notices]
        real = [(topic, unpack(body)) for topic, body in found.get(name, [])]
        if due != real:
            wrong.append(f"{name}: published {real}; its steps say {due}")
    return wrong


# Kinds of timers that may be there when everything has ended: expiry, early signals, ids that were said, old tokens.
QUIET_TIMERS = ("%01", "%02", "%03", "%04")


def left_over(world):
    wrong = [f"{table} still has {len(world.rows[table])} rows: {world.rows[table][:2]}"
             for table in ("sets", "queues", "ready", "backlog", "running") if world.rows.get(table)]
    wrong += [f"the timer {key} of a job is still set" for key, value in world.rows.get("timers", [])
              if not value.startswith(QUIET_TIMERS)]
    return wrong + [f"{name}: has ended and still owes or has mail" for name, job in world.jobs.items()
                    if job["obligations"] or job["mail"] or job["owner"]]


def left_at_all(world):
    """When every job has been forgotten: nothing of them."""
    tables = ("jobs", "ids", "history", "parts", "running", "ended", "sets", "queues", "ready", "backlog")
    wrong = [f"{table} still has {len(world.rows[table])} rows: {world.rows[table][:2]}" for table in tables
             if world.rows.get(table)]
    wrong += [f"the timer {key} is still set" for key, value in world.rows.get("timers", [])
              if value.startswith(("%00", "%01"))]
    return wrong
