"""The flow language once more: what a definition calls for when something comes to a job (I2).

`expect(flow, job, record)` takes the job as it was and the cause in the record, and makes of it what the job must be
behind the record. Only what came from outside is read from the record: code, data, the time.
"""

import hashlib

from .flow import NOTHING, admits, duration_ms, evaluate, same
from .state import BEGUN, OPEN, Misfit

FINAL = {404, 409, 410, 422}   # errors that a retry policy does not cover
DEATHS = 5                     # so many nodes may die under a call
SUSPECT = 2                    # after so many it waits for its turn to run alone


def partition(job, partitions):
    return int(hashlib.sha1(job.encode()).hexdigest()[:7], 16) % partitions


def child_id(parent, at, partitions):
    """Of a child that nobody names: drawn until it lies in its parent's partition."""
    drawn = hashlib.sha256(f"{parent['gid']}/{at[0]}.{at[1]}".encode() + bytes(32)).digest()
    while partition(drawn.hex()[:24], partitions) != partition(parent["job"], partitions):
        drawn = hashlib.sha256(drawn.hex()[:24].encode() + drawn).digest()
    return drawn.hex()[:24]


class Step:
    def __init__(self, flow, before, record):
        self.flow, self.record = flow, record
        self.job = before.copy()
        self.job.count, self.job.updated = record["n"], record["t"]
        self.now = record["t"]
        self.begun, self.notices = [], []
        self.children = {}  # at -> (id, topic, input, severed)
        self.inputs = {}    # at -> what a worker is called with
        self.signals = []   # (topic, data, subtype)
        self.report = None
        self.ended = None

    # Digits and passes

    def rules(self, at):
        return self.flow.activities[at[0]]

    def row(self, at):
        row = self.job.passes.get((self.rules(at).slice, at[1]))
        if row is None:
            raise Misfit(f"is about pass {at[1]} of {self.rules(at).name}, which is not open")
        return row

    def digit(self, at):
        row = self.row(at)
        return row[2][at[0] - row[1]]

    def turn(self, at, to):
        row = self.row(at)
        place = at[0] - row[1]
        row[2] = row[2][:place] + to + row[2][place + 1:]

    def skip_range(self, which, number, first, count):
        row = self.job.passes[which, number]
        for place in range(first, first + count):
            if self.flow.activities[place].slice == which and row[2][place - row[1]] in OPEN:
                self.turn((place, number), "3")
        for (inner, inner_number), (parent, _, _) in list(self.job.passes.items()):
            told = self.flow.slices[inner]
            if inner and told.around == which and parent == number and first <= told.first < first + count:
                self.skip_range(inner, inner_number, told.first, told.count)

    def skip(self, at):
        self.skip_range(self.rules(at).slice, at[1], at[0], self.rules(at).size)

    def unopened(self, which, around):
        found = None
        for (slice_, number), (parent, _, digits) in sorted(self.job.passes.items()):
            if slice_ == which and parent == around and digits[0] == "9":
                found = number
        return found

    def open(self, which, owner):
        number = self.unopened(which, owner[1])
        if number is None:
            number = self.open_fresh(which, owner[1])
        self.job.answers[which, number] = dict(self.job.documents.get(owner, {}))
        return number

    def open_fresh(self, which, around):
        told, number = self.flow.slices[which], self.job.opened[which]
        digits = "".join("9" if self.flow.activities[at].slice == which else "0"
                         for at in range(told.first, told.first + told.count))
        self.job.opened[which] += 1
        self.job.passes[which, number] = [around, told.first, digits]
        for nested in range(which + 1, len(self.flow.slices)):
            if self.flow.slices[nested].around == which:
                self.open_fresh(nested, number)
        return number

    def above(self, ancestor, at):
        """The pass of an activity above `at`, as seen from there."""
        which, number = self.rules(at).slice, at[1]
        while which != self.flow.activities[ancestor].slice and which:
            number, which = self.job.passes[which, number][0], self.flow.slices[which].around
        return ancestor, number

    # Data

    def documents(self, at):
        return self.job.documents.setdefault(at, {})

    def read(self, here, said=NOTHING):
        def seen(activity):
            which, number = self.rules(here).slice, here[1]
            while which and activity != here[0]:
                if self.flow.slices[which].owner == activity and (which, number) in self.job.answers:
                    return self.job.answers[which, number]
                number, which = self.job.passes[which, number][0], self.flow.slices[which].around
            return self.job.documents.get(self.above(activity, here), {})

        def read(name, document, part):
            if name == "$job":
                return self.job.data if document == "data" else NOTHING
            activity = here[0] if name == "$self" else self.flow.place[name]
            told = seen(activity)
            if part == "metadata":
                meta = {"ac": told.get("c"), "err": told.get("e")}
                return {key: one for key, one in meta.items() if one is not None}
            if document == "output":
                if activity == here[0] and said is not NOTHING:
                    return said
                if "e" in told:
                    return NOTHING
                return told.get("o", told.get("i", NOTHING) if activity == 0 else NOTHING)
            return told.get({"input": "i", "hook": "h"}[document], NOTHING)

        return read

    def value(self, rule, at):
        return evaluate(rule, self.read(at))

    def says(self, rule, at):
        return rule is not None and self.value(rule, at) is True

    # Leg 2

    def settle(self, at, code, data=NOTHING, said=NOTHING, hook=NOTHING):
        rules, was = self.rules(at), self.digit(at)
        error, pending = code >= 400, code == 202
        written = self.documents(at)
        if not error:
            maps = rules.said.get("output", {}).get("maps")
            output = said if maps is None else evaluate(maps, self.read(at, said))
            if output is not NOTHING and (rules.kind != "trigger" or maps is not None):
                written["o"] = output
        written.update(c=code, t=self.now)
        if hook is NOTHING:
            written.pop("h", None)
        if error:
            written["e"] = self.error(code, data)
        self.share(at, code)
        ways = [admits(conditions, code, pending) and self.holds(conditions, at) for _, conditions in rules.edges]
        if error and not any(ways):
            self.job.owed.pop(at, None)
            self.turn(at, "7")
            return self.end("failed", {**written["e"], "activity": rules.name})
        self.tell(at)
        standing = self.job.owed.get(at, {}).get("r", False)
        if not pending and not (standing and not error):
            self.job.owed.pop(at, None)
            self.turn(at, "4" if was == "5" else "6")
        self.take(at, ways, pending)

    def error(self, code, data):
        told = data if isinstance(data, dict) else {}
        found = self.record_error()
        made = {"code": code, "message": told.get("message", found.get("message"))}
        if data not in (NOTHING, None):
            made["data"] = data
        return made

    def record_error(self):
        for activity, number, written in self.record.get("o", []):
            if [activity, number] == self.record.get("a", [0, 0]):
                return written.get("e", {})
        return {}

    def share(self, at, code):
        told = self.rules(at).said.get("job", {})
        maps = told.get(str(code), {}).get("maps") or (told.get("maps") if code < 400 else None)
        for name, value in (self.value(maps, at) if maps else {}).items():
            self.job.data[name] = value

    def holds(self, conditions, at):
        matches = conditions.get("match")
        if matches is None:
            return True
        held = []
        for match in matches:
            pair = [self.value(match[side], at) for side in ("expected", "actual")]
            held.append(NOTHING not in pair and same(*pair))
        return any(held) if conditions.get("gate") == "or" else all(held)

    def tell(self, at):
        so_far = {"state": "running", "data": dict(self.job.data)}
        if self.says(self.rules(at).said.get("emit"), at) and self.flow.publishes:
            self.notices.append(so_far)
        if self.says(self.rules(at).said.get("persist"), at) and "answered" not in self.job.marks:
            self.answer(so_far)

    def answer(self, body):
        self.job.marks.append("answered")
        self.report = body
        if self.flow.publishes:
            self.notices.append(body)

    def take(self, at, ways, interim):
        rules = self.rules(at)
        if interim and not any(ways):
            return
        if rules.behind:
            number = self.open(rules.behind, at)
            for taken, (to, _) in zip(ways, rules.edges):
                self.enter((to, number)) if taken else self.skip((to, number))
            return
        for taken, (to, _) in zip(ways, rules.edges):
            which = self.flow.activities[to].slice
            if which == rules.slice:
                if taken:
                    self.enter((to, at[1]))
                elif not interim:
                    self.skip((to, at[1]))
            elif taken:
                self.enter((to, self.open(which, at)))
            elif not interim and self.unopened(which, at[1]) is not None:
                self.skip((to, self.unopened(which, at[1])))

    def enter(self, at):
        self.turn(at, "8")
        self.begun.append(at)

    # Leg 1

    def begin(self, at):
        rules = self.rules(at)
        threshold = rules.said.get("statusThreshold", 0)
        if threshold and self.job.begun() <= threshold:
            return self.end("completed") if self.job.begun() == threshold else self.skip(at)
        begin = getattr(self, "begin_" + rules.kind, None)
        if begin:
            begin(at, rules)

    def input(self, at):
        return self.value(self.rules(at).said.get("input", {}).get("maps", {}), at)

    def begin_worker(self, at, rules):
        self.inputs[at] = self.input(at)
        self.call(at, 1, self.value(rules.said["topic"], at))

    def call(self, at, attempt, topic):
        owed = {"k": "called", "m": attempt, "s": self.now}
        if "timeout" in self.rules(at).said:
            owed["d"] = self.now + duration_ms(self.rules(at).said["timeout"])
        self.owe(at, {**owed, "t": topic})

    def owe(self, at, owed):
        self.job.owed[at] = owed

    def begin_await(self, at, rules):
        child, topic = child_id(self.job.born, at, self.flow.partitions), self.value(rules.said["topic"], at)
        severed = self.value(rules.said.get("await", True), at) is False
        self.children[at] = (child, topic, self.input(at), severed)
        if severed:
            return self.settle(at, 200, said={"job_id": child})
        self.job.children[at] = child
        self.owe(at, {"k": "child", "s": self.now, "t": topic, "c": child})

    def begin_hook(self, at, rules):
        sleep = self.value(rules.said.get("sleep", 0), at)
        sleep = 0 if sleep in (NOTHING, None) else max(0, duration_ms(sleep))
        if not sleep and not rules.rules:
            return
        self.turn(at, "5")
        owed = {"k": "wait", "s": self.now}
        if sleep:
            owed["d"] = self.now + sleep
        if rules.rules:
            owed["t"] = rules.rules[0][0]
        if rules.said.get("cycle"):
            owed["r"] = True
        self.owe(at, owed)

    # What comes

    def owed(self, at, *kinds):
        owed = self.job.owed.get(at)
        if owed is None or owed["k"] not in kinds:
            raise Misfit(f"{self.record['y']}: {self.rules(at).name} waits for {owed and owed['k']}, not "
                         f"{' or '.join(kinds)}")
        return owed

    def due(self, owed):
        if owed.get("d", self.now + 1) > self.now:
            raise Misfit(f"{self.record['y']}: {owed.get('d')} is not yet, it is {self.now}")
        for at, other in self.job.owed.items():
            if other["k"] in ("wait", "retry") and other.get("d", owed["d"]) < owed["d"]:
                raise Misfit(f"{self.record['y']}: the timer of {self.rules(at).name} was due before")

    def came(self, at):
        """Code and data of a reply, from what the record says was written."""
        for activity, number, written in self.record.get("o", []):
            if (activity, number) == at:
                code = written.get("c", 200)
                return code, written.get("e", {}).get("data", NOTHING) if code >= 400 else written.get("o", {})
        raise Misfit(f"{self.record['y']}: nothing is written of {self.rules(at).name}")

    def on_begun(self, at):
        if at != (0, 0) or self.digit(at) != "8":
            raise Misfit("begins twice")
        self.settle(at, 200, said=self.documents(at).get("i", {}))

    def on_passed(self, at):
        rules = self.rules(at)
        if at in self.job.owed or self.digit(at) != "8":
            raise Misfit(f"passes {rules.name}, which is {self.digit(at)}")
        if rules.kind == "interrupt":
            return self.interrupt_from(at)
        if rules.kind == "signal":
            self.signals.append((self.value(rules.said["topic"], at), self.value(rules.said["signal"]["maps"], at)))
            return self.settle(at, 200)
        if rules.kind == "cycle":
            said = self.input(at)
            ancestor = self.above(self.flow.place[rules.said["ancestor"]], at)
            self.settle(at, 200)
            return self.reenter(ancestor, said)
        if rules.kind != "hook":
            raise Misfit(f"passes {rules.name}, a {rules.kind}")
        self.settle(at, 200)

    def reenter(self, at, said):
        self.documents(at).update(o=said, c=200, t=self.now)
        self.documents(at).pop("h", None)
        self.share(at, 200)
        ways = [admits(conditions, 200, False) and self.holds(conditions, at)
                for _, conditions in self.rules(at).edges]
        self.tell(at)
        self.take(at, ways, False)

    def interrupt_from(self, at):
        said = self.rules(at).said
        target = self.value(said["target"], at) if "target" in said else self.job.born["job"]
        if target != self.job.born["job"]:
            return self.owe(at, {"k": "called", "m": 1, "s": self.now, "c": target})
        self.settle(at, 200)
        error = {"code": self.value(said.get("code", 410), at), "message": said.get("reason", "interrupted"),
                 "activity": self.rules(at).name}
        throws = "throw" not in said or self.value(said["throw"], at) is not False
        self.end("interrupted", error if throws else None)

    def on_replied(self, at):
        owed = self.owed(at, "called")
        if owed["m"] != self.record.get("m"):
            raise Misfit(f"has the reply to attempt {self.record.get('m')}, but {owed['m']} is out")
        code, data = self.came(at)
        if self.rules(at).kind == "interrupt":  # the ledger's answer about another job
            return self.settle(at, code, data)
        self.take_reply(at, owed, code, data)

    def on_completed(self, at):
        self.take_reply(at, self.owed(at, "pending"), *self.came(at))

    def take_reply(self, at, owed, code, data):
        if code >= 400:
            return self.give_up(at, owed, code, data)
        if code == 202:
            since = owed["s"] if owed["k"] == "pending" else self.now
            self.owe(at, {"k": "pending", "m": owed["m"], "s": since, "t": owed["t"]})
        self.settle(at, code, said={} if data is NOTHING else data)

    def give_up(self, at, owed, code, data):
        wait = self.backoff(self.rules(at).said.get("retry"), code, owed["m"])
        if wait is None:
            return self.settle(at, code, data)
        self.documents(at).update(c=code, t=self.now)
        self.owe(at, {"k": "retry", "m": owed["m"] + 1, "s": self.now, "d": self.now + wait, "t": owed["t"]})

    @staticmethod
    def backoff(retry, code, attempt):
        """How many ms until the next attempt; None: there is none."""
        if not retry:
            return None
        if "attempts" not in retry:
            attempts, first = retry.get(str(code), (0, 0))
            factor, most = 1, duration_ms(first)
        elif code in FINAL:
            return None
        else:
            attempts, first = retry["attempts"], retry["initial"]
            factor, most = retry["factor"], duration_ms(retry["max"])
        return None if attempt >= attempts else int(min(duration_ms(first) * factor ** (attempt - 1), most))

    def on_timed_out(self, at):
        owed = self.owed(at, "called", "backlog")
        self.due(owed)
        self.give_up(at, owed, 504, self.record_error().get("data", NOTHING))

    def on_retried(self, at):
        owed = self.owed(at, "retry")
        self.due(owed)
        self.call(at, owed["m"], owed["t"])

    def on_served(self, at):
        self.owe(at, {**self.owed(at, "backlog"), "k": "called"})

    def on_shelved(self, at):
        self.owe(at, {**self.owed(at, "called"), "k": "backlog"})

    def on_recalled(self, at):
        owed = self.owed(at, "called")
        if self.rules(at).kind == "interrupt":  # of whom it was asked before
            return self.owe(at, {"k": "called", "m": owed["m"] + 1, "s": self.now, "c": owed["c"]})
        deaths = owed.get("x", 0) + 1
        if deaths >= DEATHS:
            return self.settle(at, 500, self.record_error().get("data", NOTHING))
        self.call(at, owed["m"] + 1, owed["t"])  # its time runs anew
        self.owe(at, {**self.owed(at, "called"), "x": deaths, "k": "called" if deaths < SUSPECT else "backlog"})

    def disarm(self, at, owed):
        if owed.get("r") and "d" in owed:
            self.owe(at, {part: one for part, one in owed.items() if part != "d"})

    def on_woken(self, at):
        owed = self.owed(at, "wait")
        self.due(owed)
        self.disarm(at, owed)
        self.settle(at, 200)

    def on_signalled(self, at):
        owed = self.owed(at, "wait")
        written = next((one for a, n, one in self.record.get("o", []) if (a, n) == at), {})
        hook = written.get("h")
        code = written.get("c", 200)
        if code != 202:
            self.disarm(at, owed)
        self.documents(at)["h"] = hook
        read = self.read(at)
        if not any(self.matches(conditions, read) for _, conditions in self.rules(at).rules) and \
                not (isinstance(hook, dict) and hook.get("id") == "all"):
            raise Misfit(f"{self.rules(at).name} took a signal that is not for it: {hook}")
        self.settle(at, code, hook=hook)

    @staticmethod
    def matches(conditions, read):
        return all(same(evaluate(match["expected"], read), evaluate(match["actual"], read))
                   for match in conditions.get("match", []))

    def on_child_ended(self, at):
        self.owed(at, "child")
        code, data = self.came(at)
        self.settle(at, code, data, said=data if code < 400 else NOTHING)

    def on_interrupted(self, _):
        said = self.record.get("e", {})
        if said.get("s") != "interrupted":
            raise Misfit("interrupts without an end")
        self.end("interrupted", said.get("e"))

    # The end

    def end(self, state, error=None):
        if self.ended is None:
            self.ended = {"s": state, **({"e": error} if error else {})}

    def finish(self):
        while self.begun and not self.ended:
            self.begin(self.begun.pop(0))
        if not self.ended and self.job.open():
            self.disarm_what_only_returns()
        if not self.ended and not self.job.open():
            self.end("completed")
        if self.ended:
            self.conclude()
        else:
            self.forget()

    def disarm_what_only_returns(self):
        standing = [at for at, owed in self.job.owed.items() if owed.get("r")]
        behind = 0
        for at in standing:
            which = self.rules(at).behind
            if which and self.unopened(which, at[1]) is not None:
                behind += self.flow.slices[which].count
        if not standing or self.job.open() > len(standing) + behind:
            return
        if self.flow.persistent is True:
            if "answered" not in self.job.marks:
                self.answer({"state": "running", "data": dict(self.job.data)})
            return
        for at in standing:
            self.job.owed.pop(at)
            self.skip(at)

    def conclude(self):
        for row in self.job.passes.values():
            row[2] = "".join("3" if digit in OPEN else digit for digit in row[2])
        self.job.owed = {}
        for at in [at for at, (_, _, _, severed) in self.children.items() if not severed]:
            del self.children[at], self.job.children[at]
        body = {"state": self.ended["s"], "data": dict(self.job.data)}
        if "e" in self.ended:
            body["error"] = self.ended["e"]
        if self.flow.publishes:
            self.notices.append(body)
        if "answered" not in self.job.marks:
            self.report = body
        self.job.end = self.ended

    def forget(self):
        if len(self.flow.slices) < 2:
            return
        newest, open_ = {}, {}
        for which, number in self.job.passes:
            newest[which] = max(newest.get(which, 0), number)
        for (which, number), (parent, _, digits) in self.job.passes.items():
            count, at = sum(digit in OPEN for digit in digits), (which, number)
            while True:
                open_[at] = open_.get(at, 0) + count
                if not at[0]:
                    break
                at = self.flow.slices[at[0]].around, self.job.passes[at][0]
        for at, count in open_.items():
            if at[0] and not count and at[1] != newest[at[0]]:
                self.job.forget(*at)


def expect(flow, before, record):
    """The step that the definition calls for; raises `Misfit` where it calls for none."""
    step = Step(flow, before, record)
    if record["y"] == "acknowledged":
        return step
    at = tuple(record.get("a", (0, 0)))
    if at[0] >= len(flow.activities):
        raise Misfit(f"is about activity {at[0]}; there are {len(flow.activities)}")
    on = getattr(step, "on_" + record["y"], None)
    if on is None:
        raise Misfit(f"has the cause {record['y']}")
    if record["y"] != "interrupted" and step.digit(at) not in BEGUN:
        raise Misfit(f"{record['y']}: {step.rules(at).name} is {step.digit(at)}, it has nothing open")
    on(at)
    step.finish()
    return step
