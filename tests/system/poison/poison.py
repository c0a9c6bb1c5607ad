"""One input kills the process of its worker: five attempts, then that job alone has failed, and can be started again.

    poison.py TASTER QUIPU
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

JOBS = 60
PATIENCE = 120  # seconds for a life


def live(taster, home, **more):
    """One life of the node: its exit code."""
    done = subprocess.run([taster, str(JOBS), str(home / "calls"), "--store", f"lmdb:{home / 'data'}", "--log.level", "error"],
                          stderr=subprocess.PIPE, text=True, timeout=PATIENCE, env={**os.environ, **more})
    if done.returncode not in (0, 9):
        sys.exit(f"the node ended with {done.returncode}:\n{done.stderr}")
    return done.returncode


def say(quipu, *words):
    done = subprocess.run([quipu, *words], capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        sys.exit(f"quipu {' '.join(words)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def main(taster, quipu):
    home = pathlib.Path(tempfile.mkdtemp(prefix="quipu-poison-"))
    try:
        began = time.time()
        deaths = 0
        while live(taster, home) == 9:
            deaths += 1
            assert deaths < 10, "the poison is never given up"
        took = time.time() - began
        assert deaths == 5, f"the poison was tried {deaths} times, not 5"
        data = str(home / "data")
        failed = [row["id"] for row in json.loads(say(quipu, "jobs", "--state", "failed", "--json", "--data", data))["jobs"]]
        assert failed == ["poison"], f"what failed: {failed}"
        done = json.loads(say(quipu, "jobs", "--state", "completed", "--all", "--json", "--data", data))["jobs"]
        assert len(done) == JOBS - 1, f"{len(done)} neighbours completed"
        job = json.loads(say(quipu, "job", "poison", "--json", "--data", data))
        assert job["error"]["code"] == 500 and "5 times" in job["error"]["message"], job["error"]

        attempts = collections.Counter()
        for line in (home / "calls").read_text().splitlines():
            attempts[line.split()[0]] += 1
        most = max(count for name, count in attempts.items() if name != "poison")
        assert attempts["poison"] == 5, attempts["poison"]
        assert most <= 3, f"a neighbour was called {most} times"

        # Without the poison it goes on where it failed: what had settled is not done again.
        again = say(quipu, "retry", "poison", "--data", data).strip()
        assert again == "poison~1", again
        assert live(taster, home, QUIPU_ANTIDOTE="1") == 0
        job = json.loads(say(quipu, "job", again, "--json", "--data", data))
        assert job["state"] == "completed" and job["data"] == {"taste": "sweet"} and job["from"] == "poison", job
        keys = {line.split()[2] for line in (home / "calls").read_text().splitlines() if line.startswith("poison")}
        assert len(keys) == 1, f"more than one idempotency key: {keys}"
        verified = say(quipu, "verify", "--data", data).strip()
        print(f"{JOBS} jobs, {deaths} deaths in {took:.1f} s; most calls of a neighbour: {most}; {verified}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
