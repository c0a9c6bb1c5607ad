"""A place whose store is a redis-server that several engines share."""

import contextlib
import re
import shutil
import subprocess
import time

from checker.world import read_notes
from place import BIN, PATIENCE, Place
from redis_server import RedisServer

LEASE_MS = 1500
# What an engine says of a server that is killed, stopped or full, and of jobs that others have taken over.
EXPECTED = re.compile(r" warning | error   store   (unreachable: |unavailable: .*maxmemory)")
# What jobs have rows in, by the first word of their keys: redis_bridge/README.md.
OF_JOBS = {"j", "h", "c", "m", "o", "set", "q", "ready", "w", "b", "running", "ended", "ir", "ie", "l"}


class SharedPlace(Place):
    def __init__(self, name, *settings, fsync="always", one_past=True, partitions=1):
        super().__init__(name, one_past, partitions)
        self.copies = 0
        self.server = RedisServer(self.home / "server", *settings, fsync=fsync, partitions=partitions)
        self.store = self.server.address

    def words(self, *more, rare=True):
        return [*super().words(*more, rare=rare), "--lease-ms", str(LEASE_MS)]

    def open_jobs(self):
        return self.server.count("ZCARD", "running")

    @contextlib.contextmanager
    def copy(self, size=None):
        """A server on what this one has written so far, or on the first `size` bytes of it."""
        self.copies += 1
        home = self.home / f"copy{self.copies}"
        self.server.copy_files(home / "appendonlydir", size)
        with RedisServer(home, partitions=self.server.partitions) as server:
            yield server
        shutil.rmtree(home)

    def judge(self, store, before):
        """Everything that cannot be true of a store: what the first `before` notes say is in it, what others say may be."""
        self.world, why = self.look(store=store)
        if self.world is None:
            self.fail([f"{store} cannot be read: {why}"])
        notes = read_notes(self.notes)
        return self.checker.check(self.world, notes, lost=self.undone | set(range(before, len(notes))))

    def verified(self):
        """What `quipu verify` finds; it looks when no engine has a lease."""
        until = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run([BIN / "quipu", "verify", "--store", self.store], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
            if "have a lease" not in done.stderr or time.monotonic() > until:
                return [] if done.returncode == 0 else [f"quipu verify: {done.stdout}{done.stderr}"]

    def forget_all(self):
        wrong = super().forget_all()
        keys = self.server.cli("KEYS", "quipu:{main.*}:*").splitlines()
        left = [key for key in keys if key.split("}:")[1].split(":")[0] in OF_JOBS]
        return wrong + ([f"{len(left)} keys of jobs are left: {left[:3]}"] if left else [])

    def end(self, wrong, said=True):
        if said:
            lines = [line for text in self.said for line in text.splitlines()]
            wrong = wrong + [f"on stderr: {line}" for line in lines if not EXPECTED.search(line)]
        self.server.kill()
        super().end(wrong, said=False)
