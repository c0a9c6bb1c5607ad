"""Lets a sync or a write of a node's store fail (strace injects the error) while hundreds of jobs are open. The node must
fence itself and say why; what it had acknowledged must be there when it is opened again.

    fsync.py [--times N] [--seed N]
"""

import argparse
import random
import subprocess
import tempfile

from place import PATIENCE, Place, skip
from strace import NOT_THERE, can_trace, failing

KEEP_OPEN = 150
# What fails, and when: once (the next would succeed, which must not be believed), or from then on.
FAULTS = (("fdatasync", "EIO", ""), ("fdatasync", "EIO", "+"), ("pwrite64", "EIO", ""), ("writev", "EIO", "+"))


def fail_once(place, chance, number):
    call, error, on = FAULTS[number % len(FAULTS)]
    at = chance.randrange(20, 120)
    with place.load("--open", KEEP_OPEN, before=failing(call, error, f"{at}{on}")) as load:
        try:
            load.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return [f"{call} number {at} failed, and the node goes on"], 0
    said = place.said.pop() if place.said else ""
    wrong = []
    if "Input/output error" not in said or "takes nothing more until it is opened again" not in said:
        wrong.append(f"{call} failed; the node said: {said[-500:]}")
    wrong += place.check()
    return wrong, len(place.world.running())


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=20)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    if not can_trace():
        skip(NOT_THERE)
    print(f"seed {with_.seed}", flush=True)
    chance, place, opened = random.Random(with_.seed), Place("fsync"), []
    with place.load("--open", KEEP_OPEN) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
    for number in range(with_.times):
        wrong, count = fail_once(place, chance, number)
        opened.append(count)
        if wrong or count < 100:
            place.fail([f"fault {number + 1}, {count} jobs open:", *wrong])
    wrong, took = place.finish()
    print(f"{len(opened)} failed syncs and writes with {min(opened)} to {max(opened)} jobs open, each fenced the node; "
          f"{place.summary()}; everything had ended {took:.0f} s after the last")
    place.end(wrong + place.forget_all())


if __name__ == "__main__":
    main()
