"""Fills the disk under a node (a tmpfs) while jobs are open, and frees it again. Starts are refused with 503, and the
message says that there is no space; what had begun goes on when there is space, without a restart.

    disk.py [--times N] [--seed N]
"""

import argparse
import contextlib
import os
import random
import subprocess
import sys
import time

from place import BIN, PATIENCE, Place, skip

KEEP_OPEN = 150
SIZE_MB = 40
FULL_FOR = 1.5  # seconds


def own_mounts():
    """Goes on in a mount namespace of its own; as root, or as nobody in particular where that is allowed."""
    if "QUIPU_OWN_MOUNTS" in os.environ:
        return
    ways = [["unshare", "-m"], ["unshare", "-Urm"]]
    for way in ways:
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run([*way, "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"], capture_output=True,
                              check=False).returncode == 0:
                os.execvpe(way[0], [*way, sys.executable, *sys.argv], {**os.environ, "QUIPU_OWN_MOUNTS": "1"})
    skip("no tmpfs can be mounted here")


def fill(place):
    with open(place.data / "filler", "ab", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size) == size:
                    pass


def free(place):
    (place.data / "filler").unlink()


def refusal(place):
    """Why a start is refused; None: it is not, there are free pages in the file."""
    answer = place.ask("publish", topic="mix.emit", data={"n": 1})
    return answer if answer is None or "fault" in answer else None


def full_while_it_runs(place, chance):
    """The same process before, during and after."""
    wrong = []
    with place.load("--open", KEEP_OPEN) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
        time.sleep(chance.uniform(0, 0.5))
        fill(place)
        until, refusals = time.monotonic() + FULL_FOR, []
        while time.monotonic() < until or not refusals and time.monotonic() < until + PATIENCE:
            refusals += filter(None, [refusal(place)])
            time.sleep(0.1)
        wrong += [f"a start while the disk is full: {told}" for told in refusals or [None]
                  if not told or told["fault"] != "unavailable" or "no space left" not in told["message"]]
        free(place)

        def accepts():
            answer = place.ask("publish", topic="mix.nobody-asks", data={})
            return (answer or {}).get("fault") == "not_found" and place.open_jobs() > 0
        place.wait_for("the node to go on", accepts, load)
        time.sleep(chance.uniform(0, 0.5))
    return wrong


def killed_while_full(place):
    """And opened while full: it opens or says why not, and nothing is lost."""
    with place.load("--open", KEEP_OPEN) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
        fill(place)
        time.sleep(0.3)
    said = subprocess.run([BIN / "quipu", "scrub", "nobody", "--data", place.data], capture_output=True, text=True,
                          check=False)
    wrong = []
    if "No space left on device" not in said.stderr and 'there is no job "nobody"' not in said.stderr:
        wrong.append(f"opened while full: {said.stderr}")
    free(place)
    return wrong


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=20)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    own_mounts()
    print(f"seed {with_.seed}", flush=True)
    chance, opened = random.Random(with_.seed), []
    place = Place("disk")
    place.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "none", place.data], check=True)
    try:
        for number in range(with_.times):
            wrong = full_while_it_runs(place, chance) if number % 2 == 0 else killed_while_full(place)
            wrong += place.check()
            opened.append(len(place.world.running()))
            if wrong or opened[-1] < 100:
                place.fail([f"time {number + 1}, {opened[-1]} jobs open:", *wrong])
        wrong, took = place.finish()
        print(f"{len(opened)} times full with {min(opened)} to {max(opened)} jobs open; {place.summary()}; everything "
              f"had ended {took:.0f} s after the last")
        wrong += place.forget_all()
        wrong += [f"on stderr: {line}" for said in place.said for line in said.splitlines()
                  if "no space left on the disk" not in line]
    finally:
        subprocess.run(["umount", "-l", place.data], check=False)
    place.end(wrong, said=False)


if __name__ == "__main__":
    main()
