"""What the system tests share: where the programs are, a directory of one's own, a load that runs and is killed."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from checker.verdict import Checker, left_at_all
from checker.world import World, read_notes

BIN = pathlib.Path(os.environ["QUIPU_BIN"])
LOAD = BIN / "quipu_system_load"
FLOW = pathlib.Path(__file__).parent / "load" / "mix.yaml"
PATIENCE = 180  # seconds for anything; sanitized builds on a busy machine are slow
SKIPPED = 77    # what CTest takes for "skipped"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


class Place:
    """A directory with a store, the notes of its loads, and the verdict so far."""

    def __init__(self, name, one_past=True, partitions=1):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix=f"quipu-{name}-"))
        self.data, self.notes = self.home / "data", self.home / "notes"
        self.store = f"lmdb:{self.data}"
        self.checker, self.world, self.lives, self.said = Checker(one_past, partitions), None, 0, []
        self.undone = set()  # numbers of notes whose effect the store has lost

    def words(self, *more, rare=True):
        self.lives += 1
        return [LOAD, "run", "--store", self.store, "--flow", FLOW, "--notes", self.notes, "--prefix", f"life{self.lives}",
                *(["--rare"] if rare else []), *map(str, more)]

    @contextlib.contextmanager
    def load(self, *more, rare=True, before=(), env=None):
        """A load that runs until the block ends, and is killed then if it still does."""
        load = subprocess.Popen([*before, *self.words(*more, rare=rare)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})},
                                start_new_session=True)
        try:
            yield load
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(load.pid, signal.SIGKILL)  # the group that was started here
            said = load.communicate()[1]
            if said:
                self.said.append(said)

    def ask(self, verb, **more):
        """What the node answers to a verb; None while it is not there."""
        with socket.socket(socket.AF_UNIX) as peer:
            try:
                peer.settimeout(PATIENCE)
                peer.connect(str(self.data / "quipu.sock"))
                peer.sendall(json.dumps({"verb": verb, **more}).encode() + b"\n")
                with peer.makefile("r", encoding="utf-8") as lines:
                    return json.loads(lines.readline() or "null")
            except (OSError, ValueError):
                return None

    def open_jobs(self):
        """How many jobs run, at most 1,000."""
        answer = self.ask("jobs", state="running", most=1000)
        return len(answer["ok"]["rows"]) if answer and "ok" in answer else 0

    def noted(self):
        return self.notes.read_bytes().count(b"\n") if self.notes.exists() else 0

    def serves(self, life):
        return self.notes.exists() and f'"serves":"{life}"'.encode() in self.notes.read_bytes()

    def wait_for(self, what, holds, load=None):
        until = time.monotonic() + PATIENCE
        while not holds():
            if load is not None and load.poll() is not None:
                self.fail([f"the load ended by itself with {load.returncode}: {load.stderr.read()}"])
            if time.monotonic() > until:
                self.fail([f"{what}: not within {PATIENCE} s"])
            time.sleep(0.02)

    def look(self, data=None, afresh=False, store=None):
        """`data`: another directory, seen for the first time; `store`: another store with what this one has, or had."""
        afresh = afresh or data is not None
        words = [LOAD, "look", f"lmdb:{data}" if data else store or self.store]
        if self.world is not None and not afresh:
            (self.home / "known").write_text(self.world.heads())
            words += ["--known", self.home / "known"]
        said = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if said.returncode:
            return None, said.stderr
        world = World(said.stdout.splitlines(), None if afresh else self.world)
        return world, ""

    def check(self, at_rest=False, lost=()):
        """Everything that cannot be true of the store as it is."""
        self.world, why = self.look()
        if self.world is None:
            self.fail([f"the store cannot be read: {why}"])
        return self.checker.check(self.world, read_notes(self.notes), at_rest, self.undone.union(lost))

    def finish(self, quiet=38, limit=None, lost=(), **how):
        """The last fault is over: a load without faults begins `quiet` jobs more and ends all (L1, A1). Returns what is
        wrong and the seconds it took. `lost`: numbers of notes whose effect may be gone."""
        before = len(read_notes(self.notes)) if self.notes.exists() else 0
        begun = time.monotonic()
        with self.load("--rest", quiet, **how) as load:
            try:
                load.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                return [f"L1: {self.open_jobs()} jobs still run {PATIENCE} s after the last fault"], PATIENCE
            code = load.returncode
        took = time.monotonic() - begun
        wrong = [f"the load without faults ended with {code}"] if code else []
        notes = read_notes(self.notes)[before:]
        done = [note for note in notes if "accepted" in note or "refused" in note or "did" in note]
        failed = [note for note in done if "refused" in note and
                  (note if isinstance(note["refused"], str) else note["refused"])["code"] not in (404, 409)]
        if len(failed) > len(done) * 0.05:
            wrong.append(f"A1: {len(failed)} of {len(done)} operations failed after the last fault: {failed[:2]}")
        if limit and took > limit:
            wrong.append(f"L1: everything had ended {took:.0f} s after the last fault, not within {limit} s")
        wrong += self.check(at_rest=True, lost=lost)
        return wrong, took

    def forget_all(self):
        """I8: when every job is forgotten, nothing of them is left."""
        done = subprocess.run([LOAD, "scrub", self.store], capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            return [f"jobs cannot be forgotten: {done.stderr}"]
        world, why = self.look(afresh=True)
        return left_at_all(world) if world else [why]

    def summary(self):
        notes = read_notes(self.notes)
        return (f"{sum('accepted' in note for note in notes)} starts accepted, {len(self.world.jobs)} jobs, "
                f"{sum(job['count'] for job in self.world.jobs.values())} records, "
                f"{sum('call' in note for note in notes)} calls, "
                f"{sum(note.get('did') == 'signal' for note in notes)} signals")

    def fail(self, wrong):
        print("\n".join(wrong[:30]) + f"\n{len(wrong)} complaints; kept: {self.home}")
        sys.exit(1)

    def end(self, wrong, said=True):
        """`said`: whatever was on stderr is a fault too."""
        if said:
            wrong = wrong + [f"on stderr: {line}" for text in self.said for line in text.splitlines()]
        if wrong:
            self.fail(wrong)
        shutil.rmtree(self.home)
