"""Jobs in Redis: several processes on one server, each killed, stopped or cut off in its turn."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections import defaultdict

from harness import BIN, PATIENCE, ROOT, Case, call, main, quipu

# Of thousands of jobs; to tell of each of their records takes long.
LARGE = [ROOT / "tests/language" / name for name in ("await.test.yaml", "awaits.test.yaml")]
FLOW_TESTS = sorted([*(ROOT / "tests/language").glob("*.test.yaml"), *(ROOT / "configs").rglob("*.test.yaml")])


def order(name):
    return {"id": name, "customer": {"name": "Ana", "country": "PE"}, "currency": "EUR",
            "lines": [{"sku": "MUG", "name": "Mug", "qty": 2, "price": 40.5}], "card": {"brand": "visa", "last4": "4242"}}


class Redis(Case):
    def setUp(self):
        super().setUp()
        self.socket = self.home / "redis.sock"
        self.store = f"redis+unix://{self.socket}"
        self.server = None
        self.begin_server()

    def tearDown(self):
        if self.server:
            self.server.kill()
            self.server.wait()
        super().tearDown()

    def begin_server(self):
        self.server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.home, "--save", "", "--appendonly",
             "yes", "--appendfsync", "always", "--logfile", self.home / "log"])
        self.until(lambda: self.cli("PING") == "PONG", "the server answers")

    def cli(self, *words):
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout.strip()

    def until(self, holds, what):
        end = time.monotonic() + PATIENCE
        while not holds():
            self.assertLess(time.monotonic(), end, f"not within {PATIENCE} s: {what}")
            time.sleep(0.02)

    def words(self, name, count=40, payment=30):
        """A process that runs orders of its own, with workers for everybody's."""
        file = self.write(f"{name}.jsonl", "".join(json.dumps(order(f"{name}-{n}")) + "\n" for n in range(count)))
        return [BIN / "quipu_order", "--store", self.store, "--orders", file, "--payment-ms", str(payment), "--calls",
                self.home / "calls", "--in-flight", "32"]

    @contextlib.contextmanager
    def engine(self, name, **more):
        running = subprocess.Popen(self.words(name, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield running
        finally:
            running.send_signal(signal.SIGCONT)
            running.kill()
            running.communicate()

    def finished(self, running):
        out, err = running.communicate(timeout=PATIENCE)
        self.assertEqual(running.returncode, 0, out + err)
        self.assertNotIn("Sanitizer", err)
        return out

    def jobs(self, state):
        said = self.expect(quipu("jobs", "--store", self.store, "--state", state, "--most", "1000", "--json"), 0)
        return said.json()["jobs"]

    def ended(self):
        self.until(lambda: not self.jobs("running"), "every job ends")

    def calls(self):
        """Of each idempotency key what it was called with."""
        seen = defaultdict(set)
        for text in (self.home / "calls").read_text().splitlines():
            entry = json.loads(text)
            seen[entry["key"]].add(json.dumps(entry["input"], sort_keys=True))
        return seen

    def called(self, many):
        file = self.home / "calls"
        self.until(lambda: file.exists() and file.read_text().count("\n") >= many, f"{many} calls")

    def check(self, orders):
        """Every order ended once, every call of a key had one input."""
        self.ended()
        self.assertTrue(all(len(inputs) == 1 for inputs in self.calls().values()))
        names = [job["id"].split(".")[0] for job in self.jobs("completed")]
        for name in orders:
            self.assertEqual(names.count(name), 1, name)

    def finish(self, *names):
        """Runs the orders of these processes to their ends: what they had begun is taken up where it was."""
        for name in names:
            self.expect(call(*self.words(name)), 0)
        self.check([f"{name}-{n}" for name in names for n in range(40)])

    def test_the_order_example_runs_on_a_server(self):
        first = self.expect(call(*self.words("a", count=20, payment=1)), 0)
        self.assertIn("redis+unix://", first.out)
        again = self.expect(call(*self.words("a", count=20, payment=1)), 0)
        self.assertIn("done already: 20 of 20", again.out)
        id = next(job["id"] for job in self.jobs("completed") if job["id"].startswith("a-7."))
        self.assertIn('"result":"shipped"', self.expect(quipu("job", id, "--store", self.store), 0).out)
        self.assertIn("parcel", self.expect(quipu("history", id, "--store", self.store), 0).out)

    def test_what_a_killed_engine_owned_is_taken_over_by_another(self):
        with self.engine("a") as one, self.engine("b"):
            self.called(40)
            one.kill()
            self.finish("a", "b")

    def test_what_a_command_leaves_behind_does_not_wait_for_its_lease_to_lapse(self):
        node = subprocess.Popen([BIN / "quipu", "node", "--store", self.store, "--deploy", ROOT / "configs/hello.yaml",
                                 "--answers", ROOT / "configs/hello.answers.yaml"], stderr=subprocess.DEVNULL)
        try:
            self.until(lambda: self.expect(quipu("versions", "--store", self.store), 0).out.count("hello"), "hello is there")
            for n in range(12):
                self.expect(quipu("publish", "greeting.wanted", '{"name": "Ana"}', "--id", f"p-{n}", "--store", self.store,
                                  env={**os.environ, "QUIPU_LEASE": "1h"}), 0)
            self.until(lambda: len(self.jobs("completed")) == 12, "each of them ends")
        finally:
            node.terminate()
            node.wait(timeout=PATIENCE)

    def test_a_node_learns_of_what_another_process_deploys(self):
        flow = self.write("late.yaml", "app:\n  id: late\n  version: '1'\n  graphs:\n    - subscribes: late.start\n"
                                       "      activities:\n        t: {type: trigger}\n        h: {type: hook}\n"
                                       "      transitions:\n        t: [{to: h}]\n")
        node = subprocess.Popen([BIN / "quipu", "node", "--store", self.store], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        try:
            self.until(lambda: self.cli("HLEN", "quipu:{main.0}:leases") not in ("", "0"), "the node is there")
            self.expect(quipu("deploy", flow, "--store", self.store), 0)
            self.expect(quipu("activate", "late", "1", "--store", self.store), 0)
            said = self.expect(quipu("run", "late.start", "{}", "--store", self.store), 0)
            self.assertIn("completed", said.out)
        finally:
            node.terminate()
            err = node.communicate(timeout=PATIENCE)[1]
        self.assertNotIn("error", err)

    def test_every_flow_test_makes_the_same_records_on_a_server_in_a_directory_and_in_memory(self):
        self.cli("CONFIG", "SET", "appendfsync", "everysec")
        files = [file for file in FLOW_TESTS if file not in LARGE]
        said = {store: self.expect(quipu("test", "--verbose", "--store", store, *files), 0).out
                for store in ("memory:", "lmdb:", self.store)}
        self.assertIn(" 0 failed", said["memory:"])
        self.assertGreater(said["memory:"].count("\n     head of "), 100)
        self.assertEqual(said["memory:"], said["lmdb:"])
        self.assertEqual(said["memory:"], said[self.store])
        self.assertEqual(self.cli("DBSIZE"), "0")

    def test_flow_tests_of_thousands_of_jobs_run_on_a_server(self):
        self.cli("CONFIG", "SET", "appendfsync", "everysec")
        self.assertIn(" 0 failed", self.expect(quipu("test", "--store", self.store, *LARGE), 0).out)
        self.assertEqual(self.cli("DBSIZE"), "0")

    def test_the_doctor_names_what_endangers_jobs(self):
        self.cli("CONFIG", "SET", "maxmemory", "100mb", "hash-max-listpack-value", "512")
        self.assertNotIn("warning", self.expect(quipu("doctor", "--store", self.store), 0).out)
        self.cli("CONFIG", "SET", "appendfsync", "no", "maxmemory-policy", "allkeys-lru")
        said = self.expect(quipu("doctor", "--store", self.store), 1).out
        self.assertIn("warning appendfsync is no", said)
        self.assertIn("fault   maxmemory-policy is allkeys-lru", said)
        told = self.expect(quipu("doctor", "--store", self.store, "--json"), 1).json()
        self.assertIn("fault", [each["is"] for each in told["remarks"]])
        refused = self.expect(quipu("deploy", ROOT / "configs/hello.yaml", "--store", self.store), 3)
        self.assertIn("evicts=allowed", refused.err)
        self.expect(quipu("deploy", ROOT / "configs/hello.yaml", "--store", self.store + "?evicts=allowed"), 0)
        self.expect(quipu("doctor", "--store", "lmdb:here"), 2)

    def test_a_server_that_is_not_there_is_said(self):
        said = self.expect(quipu("jobs", "--store", "redis+unix:///nowhere/redis.sock"), 3)
        self.assertIn("/nowhere/redis.sock", said.err)


if __name__ == "__main__":
    main()
