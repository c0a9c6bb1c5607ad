"""What a job's records come to: read, folded, and laid down in fields as they are stored."""

import hashlib
import zlib

from .packing import Broken, pack, unpack

# From the paper: 9 pending, 8 started, 7 errored, 6 completed, 5 paused, 4 released, 3 skipped.
STEPS = {"9": "83", "8": "6753", "5": "473", "7": "", "6": "", "4": "", "3": ""}
OPEN, BEGUN = set("985"), set("85")
ENDS = {"completed", "failed", "interrupted"}


def read_record(stored):
    """A record out of its envelope: format, CRC-32, MessagePack."""
    if len(stored) < 6 or stored[0] != 1:
        raise Broken("is no record of format 1")
    if zlib.crc32(stored[5:]) != int.from_bytes(stored[1:5], "big"):
        raise Broken("does not match its checksum")
    return unpack(stored[5:])


def write_record(record):
    body = pack(record)
    return b"\1" + zlib.crc32(body).to_bytes(4, "big") + body


def chain(stored, head):
    return hashlib.sha256(stored + head).digest()


class Misfit(Exception):
    """A record that does not fit what was before it."""


class State:
    def __init__(self):
        self.born = None
        self.count = self.created = self.updated = 0
        self.passes = {}     # (slice, pass) -> [pass of the slice around, first activity, digits]
        self.opened = []     # how often each slice was
        self.data = {}
        self.documents = {}  # (activity, pass) -> {i, o, h, e, c, t}
        self.answers = {}    # (slice, pass) -> the same
        self.owed = {}       # (activity, pass) -> what it waits for
        self.children = {}   # (activity, pass) -> job
        self.marks = []
        self.index = []      # [name, value]: what jobs are found by
        self.end = None

    def copy(self):
        other = State()
        other.__dict__.update(self.__dict__)
        other.passes = {at: list(row) for at, row in self.passes.items()}
        other.opened, other.marks, other.index = list(self.opened), list(self.marks), list(self.index)
        for name in ("data", "answers", "owed", "children"):
            setattr(other, name, dict(getattr(self, name)))
        other.documents = {at: dict(one) for at, one in self.documents.items()}
        return other

    def digits(self):
        return (digit for _, _, text in self.passes.values() for digit in text)

    def open(self):
        return sum(digit in OPEN for digit in self.digits())

    def begun(self):
        return sum(digit in BEGUN for digit in self.digits())

    def key(self):
        """A digit an activity: of its newest pass, or the oldest in which it is open."""
        shown = {}
        for (_, _), (_, first, text) in sorted(self.passes.items(), key=lambda row: row[0]):
            for place, digit in enumerate(text, first):
                if digit != "0" and shown.get(place, "6") not in OPEN:
                    shown[place] = digit
        return "".join(shown.get(place, "0") for place in range(max(shown, default=-1) + 1))

    def fold(self, record):
        """I4: every digit turns as digits may, and the job has ended exactly when none is open."""
        if record["n"] != self.count + 1:
            raise Misfit(f"is number {record['n']}, behind {self.count}")
        if ("b" in record) != (self.count == 0):
            raise Misfit("is a birth in the middle" if self.count else "is no birth")
        if self.end:
            raise Misfit("comes after the end")
        if record["t"] < self.updated:
            raise Misfit("goes back in time")
        if "b" in record:
            self.born, self.created = record["b"], record["t"]
            self.opened = [0] * self.born.get("sl", 1)
        self.count, self.updated = record["n"], record["t"]
        for which, number, parent, first, digits in record.get("p", []):
            if self.opened[which] != number:
                raise Misfit(f"opens pass {number} of slice {which}; {self.opened[which]} have been")
            self.opened[which] += 1
            self.passes[which, number] = [parent, first, digits]
        for turn in record.get("d", []):
            self._turn(*turn)
        for name, written in record.get("w", []):
            self.data[name] = written
        for activity, number, written in record.get("o", []):
            kept = self.documents.setdefault((activity, number), {})
            kept.update(written)
            if "t" in written and "h" not in written:  # answered anew, without a signal
                kept.pop("h", None)
        for which, number, said in record.get("q", []):
            self.answers[which, number] = said
        for activity, number, owed in record.get("g", []):
            self.owed.pop((activity, number), None)
            if owed is not None:
                self.owed[activity, number] = owed
        for activity, number, child in record.get("k", []):
            self.children[activity, number] = child
        for which, number in record.get("f", []):
            self.forget(which, number)
        self.marks += [mark for mark in record.get("s", []) if mark not in self.marks]
        self.index = self.index + record.get("x", [])
        self.end = record.get("e")
        if bool(self.end) == bool(self.open()):
            raise Misfit(f"leaves the job {'ended' if self.end else 'running'} with {self.open()} open digits")

    def _turn(self, which, number, first, count, old, new):
        if (which, number) not in self.passes:
            raise Misfit(f"turns a digit of pass {number} of slice {which}, which is not there")
        row = self.passes[which, number]
        at = first - row[1]
        if row[2][at:at + count] != str(old) * count or at < 0:
            raise Misfit(f"turns {count} digits from {old} at {first}; they are {row[2][at:at + count]}")
        if str(new) not in STEPS.get(str(old), ""):
            raise Misfit(f"turns a digit from {old} to {new}, which no digit may")
        row[2] = row[2][:at] + str(new) * count + row[2][at + count:]

    def forget(self, which, number):
        if (which, number) not in self.passes:
            raise Misfit(f"forgets pass {number} of slice {which}, which is not there")
        _, first, digits = self.passes.pop((which, number))
        if OPEN & set(digits):
            raise Misfit("forgets a pass that is open")
        for place, digit in enumerate(digits, first):
            if digit != "0":
                self.documents.pop((place, number), None)
                self.children.pop((place, number), None)
        self.answers.pop((which, number), None)

    def fields(self):
        """I5: as they are stored, byte for byte."""
        made = {"b": pack(self.born)}
        passes = []
        for (which, number), (parent, first, digits) in sorted(self.passes.items()):
            long = len(digits) > 256
            passes.append([which, number, parent, first, len(digits) if long else digits])
            for place in range(0, len(digits) if long else 0, 128):
                made[f"k.{which}.{number}.{place // 128}"] = digits[place:place + 128].encode()
        end = [self.end["s"], self.end.get("e")] if self.end else None
        made["s"] = pack([self.count, self.created, self.updated, self.opened, passes, self.marks, end])
        if self.index:
            made["x"] = pack(self.index)
        entries = list(self.data.items())
        for page in range(0, len(entries), 16):
            made[f"d.{page // 16}"] = pack([[name, small(made, f"D.{name}", value)]
                                            for name, value in entries[page:page + 16]])
        pages = {}
        for (activity, number), one in sorted(self.documents.items()):
            written = {part: small(made, f"O.{activity}.{number}.{part}", one[part]) for part in "iohe" if part in one}
            written.update((part, one[part]) for part in "ct" if part in one)
            pages.setdefault(activity // 8, []).append([activity, number, written])
        for (activity, number), owed in sorted(self.owed.items()):
            if owed["k"] == "called":
                pages.setdefault(activity // 8, []).append([activity, number, "call", owed])
        for (activity, number), child in sorted(self.children.items()):
            pages.setdefault(activity // 8, []).append([activity, number, "child", child])
        made.update((f"a.{page}", pack(entries)) for page, entries in pages.items())
        made.update((f"w.{which}.{number}", pack(said)) for (which, number), said in self.answers.items())
        return made


def small(fields, name, value):
    """A value, or an empty binary where it stands in a field of its own."""
    packed = pack(value)
    if len(packed) <= 512:
        return value
    fields[name] = packed
    return b""
