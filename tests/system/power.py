"""Power loss: a load runs with every write and sync of its data file logged (power/shim.cpp); for moments drawn at random
the file is made again as a disk may hold it then - everything that was synced, and of what was not any choice of sectors -
and judged: the store opens, no commit is torn, nothing is lost that had been acknowledged (`sync`), or only what was not
yet in a transaction that was written (`relaxed`).

    power.py [--places N] [--finish N] [--seconds N] [--seed N] [sync] [relaxed]

The directory entry and the size of the file count as kept once a sync is done.
"""

import argparse
import bisect
import random
import struct
import time

from checker.verdict import Checker
from checker.world import parse_notes
from place import BIN, Place

KEEP_OPEN = 240
SECTOR = 512
HEAD = struct.Struct("<cQQI")


def read_log(path):
    """(kind, ns, offset, bytes), as far as it is whole."""
    stored, at, entries = path.read_bytes(), 0, []
    while at + HEAD.size <= len(stored):
        kind, ns, offset, length = HEAD.unpack_from(stored, at)
        if at + HEAD.size + length > len(stored):
            break
        entries.append((kind.decode(), ns, offset, stored[at + HEAD.size:at + HEAD.size + length]))
        at += HEAD.size + length
    return entries


class Disk:
    """What has certainly reached it, and what may have."""

    def __init__(self):
        self.kept, self.pending, self.syncing = bytearray(), [], 0

    def take(self, kind, offset, written):
        if kind == "w":
            self.pending.append((offset, written))
        elif kind == "D":
            self.keep(*self.pending.pop())
        elif kind == "s":
            self.syncing = len(self.pending)
        elif kind == "S":
            for one in self.pending[:self.syncing]:
                self.keep(*one)
            del self.pending[:self.syncing]
        elif kind == "t":
            self.stretch(offset)

    def stretch(self, size):
        if len(self.kept) < size:
            self.kept.extend(bytes(size - len(self.kept)))

    def keep(self, offset, written):
        self.stretch(offset + len(written))
        self.kept[offset:offset + len(written)] = written

    def after_loss(self, chance):
        """One of the images that the loss may leave: of what was not synced all, nothing, or a choice of sectors."""
        image, odds = Disk(), chance.choice((0, 0.1, 0.5, 0.9, 1))
        image.kept = bytearray(self.kept)
        for offset, written in self.pending:
            for at in range(0, len(written), SECTOR):
                if chance.random() < odds:
                    image.keep(offset + at, written[at:at + SECTOR])
        return image.kept


def commits(entries):
    """Where each transaction that is written whole ends, and where its first write stands."""
    ends, begins, first = [], [], None
    for number, (kind, _, _, _) in enumerate(entries):
        if kind == "w" and first is None:
            first = number
        if kind == "D":
            ends.append(number)
            begins.append(first)
            first = None
    return ends, begins


def record_run(place, durability, seconds):
    log = place.home / "log"
    shim = {"LD_PRELOAD": BIN / "quipu_power_shim.so", "QUIPU_POWER_LOG": log, "QUIPU_POWER_NOTES": place.notes,
            "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
    with place.load("--open", KEEP_OPEN, *(["--relaxed"] if durability == "relaxed" else []),
                    env={name: str(value) for name, value in shim.items()}) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
        time.sleep(seconds)
    return read_log(log)


def judge(place, data, entries, at, safe, notes):
    """A directory after the loss: `safe` is where what was acknowledged must have been kept up to."""
    world, why = place.look(data)
    if world is None:
        return [f"the store cannot be read: {why}"], None
    lost = {number for number, (where, _) in enumerate(notes) if where > safe}
    wrong = Checker().check(world, [note for _, note in notes], lost=lost)
    return wrong, world


def cut(durability, with_, chance):
    place = Place(f"power-{durability}")
    entries = record_run(place, durability, with_.seconds)
    notes = [(number, note) for number, (kind, _, _, line) in enumerate(entries) if kind == "n"
             for note in parse_notes([line.decode()])]
    ends, begins = commits(entries)
    first = next(number for number, note in notes if "accepted" in note)
    places = sorted(chance.randrange(first, len(entries)) for _ in range(with_.places))
    finish = set(chance.sample(range(len(places)), min(with_.finish, len(places))))
    disk, done, opened, longest, gone = Disk(), 0, [], 0.0, 0
    for number, at in enumerate(places):
        for kind, _, offset, written in entries[done:at]:
            disk.take(kind, offset, written)
        done = at
        if not ends or bisect.bisect_left(ends, at) == 0:
            continue
        last = bisect.bisect_left(ends, at) - 1  # the last commit that was whole
        safe = at if durability == "sync" else begins[last]
        data = place.home / f"after-{number}"
        data.mkdir()
        (data / "quipu.lock").touch()
        (data / "data.mdb").write_bytes(disk.after_loss(chance))
        known = [(where, note) for where, note in notes if where < at]
        wrong, world = judge(place, data, entries, at, safe, notes)
        if wrong:
            place.fail([f"{durability}, power loss at {at} of {len(entries)}:", *wrong])
        opened.append(len(world.running()))
        missing = [where for where, note in known if "accepted" in note and note["accepted"] not in world.jobs]
        gone += len(missing)
        if missing:
            longest = max(longest, (entries[at - 1][1] - entries[min(missing)][1]) / 1e6)
        if number in finish:
            after = Place("power-after")
            data.rename(after.data)
            after.lives = 50
            after.notes.write_bytes(b"".join(entries[where][3] for where, _ in known if where <= safe))
            wrong, _ = after.finish()
            after.end(wrong)
    print(f"{durability}: {len(opened)} power losses among {len(ends)} commits, {min(opened)} to {max(opened)} jobs open; "
          f"every store opened, no commit torn; {gone} acknowledged starts lost" +
          (f", the oldest of them {longest:.0f} ms old" if gone else ""), flush=True)
    place.end([] if durability == "relaxed" or not gone else [f"{gone} acknowledged starts are lost"], said=False)


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("durability", nargs="*", default=["sync", "relaxed"])
    asked.add_argument("--places", type=int, default=100)
    asked.add_argument("--finish", type=int, default=3, help="so many of the stores go on to the end of all jobs")
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    for durability in with_.durability:
        cut(durability, with_, random.Random(with_.seed))


if __name__ == "__main__":
    main()
