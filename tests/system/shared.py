"""Several engines share one redis-server, each a process, while hundreds of jobs are open: engines are killed, and stopped
beyond their lease; the server is killed, stopped, filled, robbed of its library and of its connections. The independent
checker judges the store after each round, when all engines have been killed at once, and when everything has ended.

    shared.py [--rounds N] [--seed N] [FAULT...]     a round is every fault once, or those that are named
"""

import argparse
import contextlib
import random
import signal
import subprocess
import time

from place import BIN, PATIENCE
from shared_place import LEASE_MS, SharedPlace

ENGINES = 3
KEEP_OPEN = 200
OPEN_AT_LEAST = 100  # A1: a fault with fewer open jobs does not count
HEALED_WITHIN = 30   # L1, seconds
BEYOND_LEASE = LEASE_MS / 1000 * 1.5


class Engines:
    """Loads that run side by side; who has died by itself is a fault."""

    def __init__(self, place, stack):
        self.place, self.stack = place, stack
        self.running = [self.begin() for _ in range(ENGINES)]

    def begin(self):
        """One that serves: the next fault does not strike it before."""
        load = self.stack.enter_context(self.place.load("--open", KEEP_OPEN))
        life = f"life{self.place.lives}"
        self.place.wait_for(f"{life} serves", lambda: self.place.serves(life), load)
        return load

    def dead(self):
        return [f"an engine ended by itself with {one.returncode}: {one.stderr.read()}"
                for one in self.running if one.poll() is not None]

    def kill(self, which):
        self.running[which].kill()
        self.running[which].wait()
        self.running[which] = self.begin()


def taken_over(place):
    """How many engines others have taken over from: each has a timer that forgets its token."""
    timers = place.server.cli("ZRANGE", "quipu:{main.0}:t", "0", "-1").splitlines()
    return sum(timer[15:16] == "x" for timer in timers)


def wait_for_takeover(place, before):
    place.wait_for("the others take over", lambda: taken_over(place) > before)


def engine_killed(place, engines, chance):
    before = taken_over(place)
    engines.kill(chance.randrange(ENGINES))
    wait_for_takeover(place, before)


def engine_stopped(place, engines, chance):
    """Beyond its lease: the others take over; when it goes on it is a zombie."""
    one, before = engines.running[chance.randrange(ENGINES)], taken_over(place)
    one.send_signal(signal.SIGSTOP)
    time.sleep(BEYOND_LEASE)
    wait_for_takeover(place, before)
    one.send_signal(signal.SIGCONT)


def server_killed(place, engines, chance):
    place.server.kill()
    place.server.start()


def server_stopped(place, engines, chance):
    """Beyond every lease."""
    place.server.stop()
    time.sleep(BEYOND_LEASE)
    place.server.go_on()


def server_full(place, engines, chance):
    """No job is begun, and it is said why; what was accepted ends, with an engine that comes then."""
    place.server.cli("CONFIG", "SET", "maxmemory", "1mb")
    said = subprocess.run([BIN / "quipu", "publish", "mix.order", "{}", "--store", place.store], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    if said.returncode == 0 or "maxmemory" not in said.stderr:
        place.fail([f"a start at the server's limit of memory: exit {said.returncode}, {said.stdout}{said.stderr}"])
    engines.kill(chance.randrange(ENGINES))
    ended = place.server.count("ZCARD", "ended")
    place.wait_for("jobs end at the server's limit of memory", lambda: place.server.count("ZCARD", "ended") > ended + 5)
    place.server.cli("CONFIG", "SET", "maxmemory", "0")


def library_flushed(place, engines, chance):
    place.server.cli("FUNCTION", "FLUSH")


def clients_killed(place, engines, chance):
    for kind in ("normal", "pubsub"):
        place.server.cli("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")


FAULTS = {fault.__name__: fault for fault in (engine_killed, engine_stopped, server_killed, server_stopped, server_full,
                                              library_flushed, clients_killed)}


def one_round(place, names, chance):
    """How many jobs were open at each fault."""
    opened = []
    with contextlib.ExitStack() as stack:
        engines = Engines(place, stack)
        for name in chance.sample(names, len(names)):
            place.wait_for(f"enough open jobs before {name}", lambda: place.open_jobs() >= KEEP_OPEN * 0.8)
            time.sleep(chance.uniform(0, 0.5))
            opened.append(place.open_jobs())
            begun = time.monotonic()
            FAULTS[name](place, engines, chance)
            before = place.server.count("ZCARD", "ended")
            place.wait_for(f"jobs end after {name}", lambda: place.server.count("ZCARD", "ended") > before)
            wrong = engines.dead()
            print(f"{name}: {opened[-1]} jobs open, {time.monotonic() - begun:.1f} s", flush=True)
            if wrong or opened[-1] < OPEN_AT_LEAST:
                place.fail([f"after {name} with {opened[-1]} jobs open:", *wrong])
    if wrong := place.check():
        place.fail([f"after {', '.join(names)}:", *wrong])
    return opened


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked.add_argument("faults", nargs="*", choices=[*FAULTS, []], default=[], metavar="FAULT")
    with_ = asked.parse_args()
    print(f"seed {with_.seed}", flush=True)
    chance, place, opened = random.Random(with_.seed), SharedPlace("shared"), []
    begun = time.monotonic()
    for _ in range(with_.rounds):
        opened += one_round(place, with_.faults or list(FAULTS), chance)
    wrong, took = place.finish(limit=HEALED_WITHIN)
    print(f"{len(opened)} faults, {min(opened)} to {max(opened)} jobs open at each; everything had ended {took:.0f} s after the "
          f"last; {place.summary()} ({time.monotonic() - begun:.0f} s)")
    place.end(wrong + place.verified() + place.forget_all())


if __name__ == "__main__":
    main()
