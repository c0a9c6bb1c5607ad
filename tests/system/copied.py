"""Copies a data directory again and again while a node runs in it under load (`quipu copy`): each copy opens, is a moment
of the store with nothing torn and nothing missing that had been acknowledged when the copy began, and some go on to the
end of all their jobs. A copy with `cp` is none of these things: how many of those are torn is told, and not judged.

    copied.py [--copies N] [--finish N] [--seed N]
"""

import argparse
import random
import shutil
import subprocess
import time

from checker.verdict import Checker
from checker.world import read_notes
from place import BIN, PATIENCE, Place

KEEP_OPEN = 240


def copy_once(place, number):
    """A copy, how many notes there were when it began and when it was made, and a copy with cp."""
    to, plain = place.home / f"copy-{number}", place.home / f"plain-{number}"
    before = len(read_notes(place.notes))
    said = subprocess.run([BIN / "quipu", "copy", to, "--data", place.data], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    if said.returncode:
        place.fail([f"copy {number}: {said.stderr}"])
    after = len(read_notes(place.notes))
    plain.mkdir()
    for name in ("data.mdb", "quipu.lock"):
        shutil.copyfile(place.data / name, plain / name)
    return to, plain, before, after


def judge(place, data, notes, before):
    world, why = place.look(data)
    if world is None:
        return [f"it cannot be read: {why}"], None
    return Checker().check(world, notes, lost=set(range(before, len(notes)))), world


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--copies", type=int, default=100)
    asked.add_argument("--finish", type=int, default=5)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, place, made = random.Random(with_.seed), Place("copy"), []
    with place.load("--open", KEEP_OPEN) as load:
        place.wait_for("enough open jobs", lambda: place.open_jobs() >= KEEP_OPEN * 0.8, load)
        for number in range(with_.copies):
            time.sleep(chance.uniform(0, 0.3))
            made.append(copy_once(place, number))
    notes, opened, torn = read_notes(place.notes), [], 0
    finish = set(chance.sample(range(len(made)), min(with_.finish, len(made))))
    for number, (data, plain, before, behind) in enumerate(made):
        wrong, world = judge(place, data, notes, before)
        if wrong:
            place.fail([f"copy {number}:", *wrong])
        opened.append(len(world.running()))
        torn += bool(judge(place, plain, notes, before)[0])
        if number in finish:
            after = Place("copy-after")
            data.rename(after.data)
            after.lives = 50
            # What came behind the copy is nothing that it knows of; what came while it was made may be.
            after.notes.write_text("".join(place.notes.read_text().splitlines(keepends=True)[:behind]))
            wrong, _ = after.finish(lost=range(before, behind))
            after.end([line for line in wrong if "made one attempt twice" not in line])
    print(f"{len(opened)} copies with {min(opened)} to {max(opened)} jobs open: every one opens, nothing torn, nothing "
          f"missing; of as many made with cp {torn} were torn")
    wrong, _ = place.finish()
    place.end(wrong + place.forget_all())


if __name__ == "__main__":
    main()
