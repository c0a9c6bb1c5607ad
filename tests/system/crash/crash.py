"""Kills a node 20 times with SIGKILL while many jobs are open, then lets it finish and has everything checked.

    crash.py LOAD QUIPU FLOW [KILLS]     the seed is printed; QUIPU_SEED repeats a run's random moments
"""

import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import checker

OPEN_AT_LEAST = 50  # a kill with fewer open jobs does not count
KEEP_OPEN = 90      # what the load holds open
LONGEST_LIFE = 0.4  # seconds between enough open jobs and the kill
PATIENCE = 120      # seconds for anything


def running_jobs(data):
    """How many jobs the node says are running; None while it is not there."""
    with socket.socket(socket.AF_UNIX) as peer:
        try:
            peer.settimeout(10)
            peer.connect(str(data / "quipu.sock"))
            peer.sendall(b'{"verb":"jobs","state":"running","most":1000}\n')
            with peer.makefile("r", encoding="utf-8") as lines:
                answer = json.loads(lines.readline() or "{}")
        except (OSError, ValueError):
            return None
    return len(answer["ok"]["rows"]) if "ok" in answer else None


def wait_for_load(load, data):
    until = time.time() + PATIENCE
    while time.time() < until:
        if load.poll() is not None:
            sys.exit(f"the load ended by itself with {load.returncode}:\n{load.stderr.read()}")
        if (running_jobs(data) or 0) >= OPEN_AT_LEAST + 15:
            return
        time.sleep(0.02)
    sys.exit(f"no {OPEN_AT_LEAST} open jobs within {PATIENCE} s")


def kill_once(words, data, quipu, chance, said_before):
    load = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        wait_for_load(load, data)
        time.sleep(chance.uniform(0, LONGEST_LIFE))
    finally:
        load.kill()  # SIGKILL, by the pid of what was started here
        said_before.append(load.communicate()[1])
    said = subprocess.run([quipu, "jobs", "--state", "running", "--most", "1000", "--json", "--data", data],
                          capture_output=True, text=True, timeout=PATIENCE, check=True)
    return len(json.loads(said.stdout)["jobs"])


def main(load, quipu, flow, kills=20):
    seed = int(os.environ.get("QUIPU_SEED", random.SystemRandom().randrange(1 << 32)))
    chance = random.Random(seed)
    home = pathlib.Path(tempfile.mkdtemp(prefix="quipu-crash-"))
    data, notes = home / "data", home / "notes"
    opened, complaints, life, begun = [], [], 0, time.time()
    while len(opened) < int(kills):
        if life > 2 * int(kills):
            sys.exit(f"of {life} kills only {len(opened)} met {OPEN_AT_LEAST} open jobs")
        count = kill_once([load, data, flow, notes, f"life{life}", str(KEEP_OPEN)], data, quipu, chance,
                          complaints)
        life += 1
        if count >= OPEN_AT_LEAST:
            opened.append(count)
    print(f"seed {seed}: {len(opened)} kills, open jobs at each: {' '.join(map(str, opened))} "
          f"({life - len(opened)} more did not count), {time.time() - begun:.0f} s")

    rest = subprocess.run([load, data, flow, notes, "rest", "0"], stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    complaints.append(rest.stderr)
    wrong = [f"on stderr: {line}" for text in complaints for line in text.splitlines()]
    if rest.returncode != 0:
        wrong.append(f"the last life, without a kill, ended with {rest.returncode}")
    said = subprocess.run([quipu, "history", "--all", "--json", "--data", data], capture_output=True, text=True,
                          timeout=PATIENCE, check=True)
    histories, noted = json.loads(said.stdout), checker.read_notes(notes)
    wrong += checker.check(histories, noted)
    accepted = sum("accepted" in note for note in noted)
    again = sum(note.get("attempt", 1) > 1 for note in noted)
    print(f"{accepted} starts accepted, {len(histories)} jobs, {sum(len(job['records']) for job in histories)} records, "
          f"{again} calls made again")
    if wrong:
        (home / "histories.json").write_text(said.stdout)
        print("\n".join(wrong[:30]) + f"\n{len(wrong)} complaints; kept: {home}")
        return 1
    if again == 0:
        print("no call was made again: the kills met nothing")
        return 1
    shutil.rmtree(home)
    print("every accepted job ended once; histories, keys and calls fit")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
