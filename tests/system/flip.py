"""A byte of what a redis-server has written is changed, one at a time: the server refuses the file, `quipu verify` says what
is wrong, or nothing that can be read of the store is otherwise than before.

    flip.py [--flips N] [--seed N]
"""

import argparse
import collections
import random
import shutil
import subprocess
import time

from place import BIN, LOAD, PATIENCE
from redis_server import RedisServer
from shared_place import LEASE_MS, SharedPlace

KEEP_OPEN = 40
ENDED = 30


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, errors="replace", timeout=PATIENCE,
                          check=False)


def fill(place):
    with place.load("--open", KEEP_OPEN) as load:
        place.wait_for("jobs end", lambda: place.server.count("ZCARD", "ended") > ENDED, load)
    time.sleep(LEASE_MS / 1000 * 1.2)  # verify looks when no engine has a lease
    place.server.kill()


def verdict(home, whole):
    """How a changed file is taken; what is read of it otherwise than before."""
    try:
        with RedisServer(home, "--aof-load-truncated", "no") as server:
            seen = run(LOAD, "look", server.address)
            if seen.returncode == 0 and seen.stdout == whole:
                return "harmless", ""
            if run(BIN / "quipu", "verify", "--store", server.address).returncode != 0:
                return "found by verify", ""
            return "missed", f"{set(seen.stdout.splitlines()) ^ set(whole.splitlines())}{seen.stderr}"
    except RuntimeError:
        return "refused by the server", ""


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--flips", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, place, begun = random.Random(with_.seed), SharedPlace("flip"), time.monotonic()
    fill(place)
    with place.copy() as server:
        whole = run(LOAD, "look", server.address).stdout
        if wrong := run(BIN / "quipu", "verify", "--store", server.address):
            if wrong.returncode:
                place.fail([f"before anything is changed: {wrong.stdout}{wrong.stderr}"])
    bytes_, name, taken, missed = place.server.growing.read_bytes(), place.server.growing.name, collections.Counter(), []
    for number in range(with_.flips):
        at, by, home = chance.randrange(len(bytes_)), chance.randrange(1, 256), place.home / "flipped"
        changed = bytearray(bytes_)
        changed[at] ^= by
        place.server.copy_files(home / "appendonlydir")
        (home / "appendonlydir" / name).write_bytes(changed)
        how, why = verdict(home, whole)
        shutil.rmtree(home)
        taken[how] += 1
        if how == "missed":
            missed.append(f"byte {at} ^ {by} in {bytes_[max(0, at - 60):at + 30]!r}: {why[:600]}")
    print(f"{with_.flips} flips in {len(bytes_)} bytes: {dict(taken)} ({time.monotonic() - begun:.0f} s)")
    place.end(missed)


if __name__ == "__main__":
    main()
