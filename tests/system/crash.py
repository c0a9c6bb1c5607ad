"""Kills a node with SIGKILL while hundreds of jobs of every kind are open; the independent checker judges the store
after each kill, and again when everything has ended.

    crash.py [--kills N] [--seed N] [--store lmdb|redis] [--partitions N]     the same seed kills at the same moments of a life
"""

import argparse
import random
import time

from place import Place
from shared_place import SharedPlace

STORES = {"lmdb": Place, "redis": SharedPlace}
KEEP_OPEN = 240      # what the load holds open
OPEN_AT_LEAST = 100  # A1: a kill with fewer open jobs does not count
WORKS = 30           # notes of a life: calls, and what was done from outside
LONGEST_LIFE = 0.8   # seconds between enough open jobs and the kill
AT_A_TIME = 20       # kills before everything is let end, and L1 and I8 are looked at


def kill_once(place, chance):
    """How many jobs were open, and what is wrong."""
    noted = place.noted()
    with place.load("--open", KEEP_OPEN, rare=chance.random() < 0.5) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
        place.wait_for("the load works", lambda: place.noted() >= noted + WORKS, load)
        time.sleep(chance.uniform(0, LONGEST_LIFE))
    wrong = place.check()
    return len(place.world.running()), wrong


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked.add_argument("--store", choices=STORES, default="lmdb")
    asked.add_argument("--partitions", type=int, default=1)
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, left, counts, slowest = random.Random(with_.seed), with_.kills, [], 0
    begun = time.monotonic()
    while left > 0:
        of = {"partitions": with_.partitions} if with_.store == "redis" else {}
        place, lives = STORES[with_.store]("crash", **of), 0
        here = min(left, AT_A_TIME)
        opened = []
        while len(opened) < here:
            if lives > 2 * here:
                place.fail([f"of {lives} kills only {len(opened)} met {OPEN_AT_LEAST} open jobs"])
            count, wrong = kill_once(place, chance)
            lives += 1
            if wrong:
                place.fail([f"after kill {lives}:", *wrong])
            if count >= OPEN_AT_LEAST:
                opened.append(count)
        wrong, took = place.finish()
        slowest = max(slowest, took)
        print(f"{here} kills with {min(opened)} to {max(opened)} jobs open; everything had ended {took:.0f} s after the "
              f"last; {place.summary()}", flush=True)
        again = sum(record["y"] == "recalled" for _, told in place.checker.known.values() for record in told.records)
        if not again:
            wrong.append("no call was made again: the kills met nothing")
        place.end(wrong + place.forget_all())
        left -= here
        counts += opened
    print(f"{len(counts)} kills, {min(counts)} to {max(counts)} jobs open at each, all ended at most {slowest:.0f} s after; "
          f"nothing lost, nothing twice ({time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
