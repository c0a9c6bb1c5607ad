"""The example programs do what their first lines say, and a worker that fails does no harm."""

import signal
import subprocess
import time

import harness


class Examples(harness.Case):
    def setUp(self):
        super().setUp()
        self.nodes = []

    def tearDown(self):
        for node, log in self.nodes:
            self.end(node, log)
        super().tearDown()

    def start(self, name, flow):
        """A running example; ends with the test."""
        log = self.home / f"{name}-{time.monotonic_ns()}.log"
        with open(log, "wb") as to:
            node = subprocess.Popen([harness.BIN / f"quipu_{name}", "--store", f"lmdb:{self.data}",
                                     "--deploy", harness.ROOT / flow], stdout=subprocess.DEVNULL, stderr=to)
        self.nodes.append((node, log))
        until = time.monotonic() + harness.PATIENCE
        while "apps:" not in log.read_text() and node.poll() is None:
            self.assertLess(time.monotonic(), until, log.read_text())
            time.sleep(0.02)
        return node

    def end(self, node, log=None):
        if node.poll() is None:
            node.send_signal(signal.SIGTERM)
        code = node.wait(timeout=harness.PATIENCE)
        if log:
            self.assertNotIn("Sanitizer", log.read_text())
        return code

    def run_job(self, topic, data="{}", *more):
        return harness.quipu("run", topic, data, "--data", self.data, "--json", *more)

    def test_json(self):
        node = self.start("hello", "configs/hello.yaml")
        said = self.expect(self.run_job("greeting.wanted", '{"name": "Ana"}'), 0)
        self.assertEqual(said.json()["data"], {"text": "hello Ana"})
        said = self.expect(self.run_job("greeting.wanted"), 1)
        self.assertEqual(said.json()["error"]["code"], 422)
        self.assertEqual(self.end(node), 0)

    def test_typed(self):
        self.start("typed", "configs/examples/typed.yaml")
        parcel = '{"city": "Cusco", "kilos": [1.5, 2]}'
        said = self.expect(self.run_job("parcel.offered", parcel), 0)
        self.assertEqual(said.json()["data"], {"amount": 6.0})
        said = self.expect(self.run_job("parcel.offered", parcel.replace("2]", '"two"]')), 1)
        error = said.json()["error"]
        self.assertEqual((error["code"], error["data"]["path"]), (422, "/kilos/1"))

    def test_actor(self):
        self.start("actor", "configs/examples/actor.yaml")
        for number in (1, 2, 3):
            said = self.expect(self.run_job("ticket.wanted", '{"name": "Ana"}'), 0)
            self.assertEqual(said.json()["data"], {"number": number, "for": "Ana"})
        error = self.expect(self.run_job("ticket.wanted"), 1).json()["error"]
        self.assertEqual((error["code"], error["message"]), (422, "a ticket for whom?"))

    def test_progress(self):
        node = self.start("progress", "configs/examples/progress.yaml")
        said = self.expect(self.run_job("copy.wanted", '{"pages": 5}'), 0)
        self.assertEqual(said.json()["data"], {"copied": 5})
        self.run_job("copy.wanted", '{"pages": 1000000}', "--id", "long", "--timeout", "1s")
        until = time.monotonic() + harness.PATIENCE
        progress = None
        while progress is None and time.monotonic() < until:
            open_ = harness.quipu("job", "long", "--data", self.data, "--json").json()["open"]
            progress = open_[0].get("progress")
        self.assertEqual(progress["of"], 1000000)
        # It is told that nobody wants its answer, or this would not end before the test's patience.
        self.expect(harness.quipu("interrupt", "long", "--data", self.data), 0)
        self.assertEqual(self.end(node), 0)

    def test_throws_and_hangs(self):
        self.start("faults", "configs/examples/faults.yaml")
        said = self.expect(self.run_job("throw.wanted"), 0)
        self.assertEqual(said.json()["data"], {"why": "no paper"})
        said = self.expect(self.run_job("hang.wanted"), 1)
        self.assertEqual(said.json()["error"]["code"], 504)

    def test_a_worker_that_ends_its_process_is_given_up(self):
        node = self.start("faults", "configs/examples/faults.yaml")
        self.run_job("exit.wanted", "{}", "--id", "deadly", "--timeout", "1s")
        deaths = 0
        while True:
            try:
                self.assertEqual(node.wait(timeout=harness.PATIENCE), 9)
            except subprocess.TimeoutExpired:
                self.fail(f"no death after {deaths}")
            deaths += 1
            node = self.start("faults", "configs/examples/faults.yaml")
            said = harness.quipu("job", "deadly", "--data", self.data, "--json")
            if said.code == 0 and said.json()["state"] != "running":
                break
            self.assertLess(deaths, 6, "it is called for ever")
        self.assertEqual(said.json()["state"], "failed")
        said = self.expect(self.run_job("throw.wanted"), 0)

    def test_embedded(self):
        said = harness.call(harness.BIN / "quipu_embedded", harness.ROOT / "configs/hello.yaml", "Ana")
        self.expect(said, 0)
        self.assertEqual(said.json(), {"text": "hello Ana"})


harness.main()
