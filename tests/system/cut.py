"""Power loss: a server's append-only file is cut at random places while hundreds of jobs are open, as if what it had not
yet synced were gone. With `appendfsync always` nothing that had been answered before the cut is lost; never is a commit torn;
engines that begin on what is left end every job.

    cut.py [--cuts N] [--seed N] [--finish N]     the last N of them (default: a tenth) are taken up by an engine
"""

import argparse
import bisect
import json
import random
import shutil
import threading
import time

from checker.world import read_notes
from place import Place
from shared_place import LEASE_MS, SharedPlace

KEEP_OPEN = 150
OPEN_AT_LEAST = 100
ENDED = 120  # jobs, before the power goes


class Moments:
    """How many notes there were when the file had that size: what they say had been answered, and so been written, by then."""

    def __init__(self, place):
        self.place, self.sizes, self.counts, self.done = place, [], [], threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        count, size = 0, -1
        with open(self.place.notes, "rb") as notes:
            while not self.done.is_set():
                count += notes.read().count(b"\n")
                if self.place.server.size() != size:  # looked at behind the notes
                    size = self.place.server.size()
                    self.sizes.append(size)
                    self.counts.append(count)
                time.sleep(0.001)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def answered(self, size):
        """So many notes had been made when no more than `size` bytes were there."""
        at = bisect.bisect_right(self.sizes, size)
        return self.counts[at - 1] if at else 0


def fill(place):
    with place.load("--open", KEEP_OPEN) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
        with Moments(place) as moments:
            goal = place.server.count("ZCARD", "ended") + ENDED
            place.wait_for("jobs end", lambda: place.server.count("ZCARD", "ended") > goal, load)
    return moments


def as_it_was(notes, before, known):
    """The notes of somebody who lived through the cut: of what came after it, only the calls that the store knows."""
    kept = []
    for number, note in enumerate(notes):
        told = known.get(note.get("job"), (None, None))[1] if "call" in note else None
        at = told and (told.flow.place[note["activity"]], note["dimension"])
        if number < before or "asks" in note or (told and note["attempt"] in told.attempts[at]):
            kept.append(note)
    return kept


class Rest(Place):
    """What a cut has left, with an engine on it."""

    def __init__(self, store, notes):
        super().__init__("rest")
        self.store, self.lives = store, 1  # the first one was before the cut
        self.notes.write_text("".join(json.dumps(note) + "\n" for note in notes), encoding="utf-8")

    def words(self, *more, rare=True):
        return [*super().words(*more, rare=rare), "--lease-ms", str(LEASE_MS)]

    def open_jobs(self):
        return "some"


def end_all(place, store, before):
    rest = Rest(store, as_it_was(read_notes(place.notes), before, place.checker.known))
    wrong, _ = rest.finish()
    if not wrong:
        shutil.rmtree(rest.home)
    return wrong


def cut(place, size, before, ends):
    """What is wrong, how many jobs were open."""
    with place.copy(size) as server:
        wrong = place.judge(server.address, before)
        opened = len(place.world.running())
        if ends and not wrong:
            wrong = end_all(place, server.address, before)
    return wrong, opened


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--cuts", type=int, default=100)
    asked.add_argument("--finish", type=int)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, place, begun = random.Random(with_.seed), SharedPlace("cut"), time.monotonic()
    moments = fill(place)
    place.server.kill()
    whole, opened = place.server.size(), []
    finish = with_.cuts // 10 if with_.finish is None else with_.finish
    for number in range(with_.cuts):
        size = chance.randint(moments.sizes[0], whole)
        before = moments.answered(size)
        ends = number >= with_.cuts - finish
        wrong, open_jobs = cut(place, size, before, ends)
        opened.append(open_jobs)
        if wrong or open_jobs < OPEN_AT_LEAST:
            place.fail([f"cut {number + 1} at {size} of {whole} bytes, {open_jobs} jobs open:", *wrong])
    print(f"{len(opened)} cuts in {whole} bytes with {min(opened)} to {max(opened)} jobs open, each with all that had been "
          f"answered and no commit torn; {finish} taken up by an engine, which ended all jobs ({time.monotonic() - begun:.0f} s)")
    place.end([])


if __name__ == "__main__":
    main()
