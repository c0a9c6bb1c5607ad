"""A store that comes back older than it was: while engines run, their server is killed and an older copy of its append-only
file put in its place. They compare by heads what they know with what is there, and go on; every job ends.

    older.py [--times N] [--seed N]
"""

import argparse
import contextlib
import random
import shutil
import time

from checker.world import read_notes
from shared import Engines
from shared_place import SharedPlace

KEEP_OPEN = 200
OPEN_AT_LEAST = 100
GONE = (10, 60)  # so many jobs have ended since the copy was made


def ended(place):
    return place.server.count("ZCARD", "ended")


def turn_back(place, engines, chance):
    """What is wrong; which notes say what may be undone."""
    before = len(read_notes(place.notes))
    older = place.home / "older"
    place.server.copy_files(older)
    goal = ended(place) + chance.randint(*GONE)
    place.wait_for("jobs end", lambda: ended(place) > goal)
    opened = place.open_jobs()
    place.server.kill()
    shutil.rmtree(place.server.files)
    older.rename(place.server.files)
    place.server.start()
    goal = ended(place) + 10
    place.wait_for("jobs end in the older store", lambda: ended(place) > goal)
    wrong = engines.dead()
    if opened < OPEN_AT_LEAST:
        wrong.append(f"only {opened} jobs were open")
    return wrong, range(before, len(read_notes(place.notes)))


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=20)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, place, begun = random.Random(with_.seed), SharedPlace("older", one_past=False), time.monotonic()
    with contextlib.ExitStack() as stack:
        engines = Engines(place, stack)
        for number in range(with_.times):
            place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8)
            wrong, notes = turn_back(place, engines, chance)
            if wrong:
                place.fail([f"turned back {number + 1} times:", *wrong])
            place.undone.update(notes)
    wrong, took = place.finish()
    print(f"turned back {with_.times} times under running engines; everything had ended {took:.0f} s after the last; "
          f"{place.summary()} ({time.monotonic() - begun:.0f} s)")
    place.end(wrong + place.verified() + place.forget_all())


if __name__ == "__main__":
    main()
