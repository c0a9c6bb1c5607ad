"""Lets the wall clock of a node jump, hours forwards and backwards (libfaketime), while it runs and between its lives. No
timer may fire early, by the kernel's steady clock; each fires once (the checker), and everything ends (L1).

    clock.py [--jumps N] [--seed N]
"""

import argparse
import glob
import random
import time

from checker.world import read_notes
from place import Place, skip

KEEP_OPEN = 150
JUMPS_A_LIFE = 5
EARLY_MS = 2  # the ledger counts whole milliseconds


def faketime_library():
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not found:
        skip("libfaketime is not there")
    return found[0]


def early_timers(notes):
    """Sleeps and backoffs as they were seen from outside: what came sooner than it may."""
    asked = {note["accepted"]: note for note in notes if "accepted" in note}
    calls, wrong = {}, []
    for note in notes:
        if "call" not in note:
            continue
        if note["activity"] == "ti_after" and note["attempt"] == 1 and note["job"] in asked:
            begun = asked[note["job"]]
            slept = note["steady"] - begun["asked"]
            if slept < begun["data"]["sleep"] * 1000 - EARLY_MS:
                wrong.append(f"{note['job']}: slept {slept} ms of {begun['data']['sleep'] * 1000}")
        if note["activity"] == "re_code" and note["attempt"] > 1:
            before = calls.get((note["job"], note["attempt"] - 1))
            # An attempt whose node has died is made again at once.
            if before and before["process"] == note["process"] and note["steady"] - before["steady"] < 100 - EARLY_MS:
                wrong.append(f"{note['job']}: attempt {note['attempt']} came {note['steady'] - before['steady']} ms after "
                             "the one before")
        calls[note["job"], note["attempt"]] = note
    return wrong


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--jumps", type=int, default=100)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, place, opened, jumped = random.Random(with_.seed), Place("clock"), [], 0
    offset = place.home / "offset"
    env = {"LD_PRELOAD": faketime_library(), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
           "FAKETIME_DONT_FAKE_MONOTONIC": "1",
           # Clang's ASan asks for the time before libfaketime can answer, unless it gives back no memory.
           "ASAN_OPTIONS": "detect_leaks=0:allocator_release_to_os_interval_ms=-1"}

    def set_clock(seconds):
        offset.write_text(f"{seconds:+}\n")

    now = 0
    while jumped < with_.jumps:
        now = min(now, chance.randrange(-86_400, 0))  # a store trusts the clock when it is opened: only ever back
        set_clock(now)
        with place.load("--open", KEEP_OPEN, env=env) as load:
            place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
            for _ in range(min(JUMPS_A_LIFE, with_.jumps - jumped)):
                set_clock(chance.randrange(-86_400, 86_400))
                jumped += 1
                time.sleep(chance.uniform(0.1, 0.5))
        wrong = place.check()
        opened.append(len(place.world.running()))
        if wrong or opened[-1] < 100:
            place.fail([f"{jumped} jumps, {opened[-1]} jobs open:", *wrong])
    set_clock(now)
    wrong, took = place.finish(env=env)
    wrong += early_timers(read_notes(place.notes))
    wrong += place.forget_all()
    summary = place.summary()
    place.end(wrong)
    print(f"{jumped} jumps of up to a day with {min(opened)} to {max(opened)} jobs open; {summary}; everything had "
          f"ended {took:.0f} s after the last; no timer was early")


if __name__ == "__main__":
    main()
