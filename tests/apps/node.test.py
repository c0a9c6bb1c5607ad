"""quipu node: what it refuses, what it serves, how it stops."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from harness import BIN, PATIENCE, ROOT, Case, main, quipu

HELLO = ROOT / "configs/hello.yaml"
ANSWERS = ROOT / "configs/hello.answers.yaml"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("QUIPU_")}


class Node:
    """A node that runs until it is told to stop."""

    def __init__(self, home, *words, **environment):
        self.log = home / f"node-{time.monotonic_ns()}.log"
        with open(self.log, "wb") as to:
            self.process = subprocess.Popen([str(word) for word in (BIN / "quipu", "node", *words)],
                                            stdout=subprocess.PIPE, stderr=to, env={**CLEAN, **environment})

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, text):
        until = time.monotonic() + PATIENCE
        while text not in self.said():
            assert self.process.poll() is None and time.monotonic() < until, self.said()
            time.sleep(0.02)
        return self

    def stop(self, *signals):
        for each in signals or (signal.SIGTERM,):
            self.process.send_signal(each)
        return self.process.wait(timeout=PATIENCE)

    def end(self):
        self.process.kill()
        self.process.communicate()


class Running(Case):
    def node(self, *words, **environment):
        node = Node(self.home, *words, **environment)
        self.addCleanup(node.end)
        return node

    def serving(self, *more, **environment):
        return self.node("--store", f"lmdb:{self.data}", "--deploy", HELLO, "--answers", ANSWERS, *more,
                         **environment).wait_for("apps:")

    def test_it_serves_with_a_config_file_and_says_what(self):
        config = self.write("node.yaml", f"store: lmdb:{self.data}\ndurability: relaxed\nhistory: full\n")
        node = self.node("--config", config, "--deploy", HELLO, "--answers", ANSWERS).wait_for("apps:")
        first = node.said()
        for what in (f"lmdb:{self.data}", "relaxed", str(self.data / "quipu.sock"), "hello 1", "work.greet"):
            self.assertIn(what, first)
        self.assertEqual(first.count("\n"), 2, first)
        said = self.expect(quipu("run", "greeting.wanted", '{"name": "Ana"}', "--id", "h-1", "--data", self.data), 0)
        self.assertIn("hello Ana", said.out)
        self.assertEqual(node.stop(), 0)
        self.assertIn("stopped: no job is unfinished", node.said())
        self.assertFalse((self.data / "quipu.sock").exists())

    def test_whoever_finds_its_socket_finds_its_apps(self):
        self.node("--store", f"lmdb:{self.data}", "--deploy", HELLO, "--answers", ANSWERS)
        peer = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + PATIENCE
        while peer.connect_ex(str(self.data / "quipu.sock")) != 0:
            self.assertLess(time.monotonic(), until)
        with peer, peer.makefile("rw") as line:
            line.write('{"verb": "versions"}\n')
            line.flush()
            self.assertIn('"hello"', line.readline())

    def test_it_drains_and_says_what_it_left(self):
        slow = self.write("slow.yaml", "workers: {work.greet: [{replies: [{data: {text: late}, after: 1500ms}]}]}\n")
        node = self.node("--store", f"lmdb:{self.data}", "--deploy", HELLO, "--answers", slow).wait_for("apps:")
        quipu("run", "greeting.wanted", '{"name": "Ana"}', "--id", "h-1", "--data", self.data, "--timeout", "1ms")
        self.assertEqual(node.stop(), 0)
        self.assertIn("no job is unfinished", node.said())
        self.assertEqual(quipu("job", "h-1", "--data", self.data, "--json").json()["data"], {"text": "late"})

    def test_who_waits_when_it_is_stopped_gets_the_end_or_is_told_the_job(self):
        slow = self.write("slow.yaml", "workers: {work.greet: [{replies: [{data: {text: late}, after: 1500ms}]}]}\n")
        for drain, code, said in (("20s", 0, "late"), ("1ms", 3, 'job "h-1" had been accepted')):
            data = self.home / f"data-{drain}"
            node = self.node("--store", f"lmdb:{data}", "--deploy", HELLO, "--answers", slow,
                             "--drain", drain).wait_for("apps:")
            waits = subprocess.Popen([BIN / "quipu", "run", "greeting.wanted", "{}", "--id", "h-1", "--data", data],
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            until = time.monotonic() + PATIENCE
            while quipu("job", "h-1", "--data", data).code != 0:
                self.assertLess(time.monotonic(), until)
            self.assertEqual(node.stop(), 0)
            told = waits.communicate(timeout=PATIENCE)[0]
            self.assertIn(said, told)
            self.assertEqual(waits.returncode, code, told)

    def test_a_second_signal_ends_the_drain_and_the_job_goes_on_at_the_next_start(self):
        stuck = self.write("stuck.yaml", "workers: {work.greet: [{replies: [{data: {text: never}, after: 1h}]}]}\n")
        node = self.node("--store", f"lmdb:{self.data}", "--deploy", HELLO, "--answers", stuck,
                         "--drain", "1h").wait_for("apps:")
        quipu("run", "greeting.wanted", '{"name": "Ana"}', "--id", "h-1", "--data", self.data, "--timeout", "1ms")
        node.process.send_signal(signal.SIGINT)
        node.wait_for("stopping")
        self.assertIsNone(node.process.poll())
        self.assertEqual(node.stop(signal.SIGTERM), 0)
        self.assertIn("1 job is unfinished and goes on at the next start", node.said())
        self.serving()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            job = quipu("job", "h-1", "--data", self.data, "--json").json()
            if job["state"] == "completed":
                break
            time.sleep(0.1)
        self.assertEqual(job["data"], {"text": "hello Ana"})

    def test_a_second_node_on_the_directory_is_refused_and_the_first_is_named(self):
        first = self.serving()
        said = self.expect(quipu("node", "--store", f"lmdb:{self.data}", env=CLEAN), 3)
        self.assertIn(str(first.process.pid), said.err)
        self.assertEqual(first.stop(), 0)

    def test_the_environment_is_above_the_file_and_a_flag_above_both(self):
        config = self.write("node.yaml", f"store: lmdb:{self.home / 'file'}\ndurability: sync\n")
        node = self.node("--config", config, "--store", f"lmdb:{self.data}", QUIPU_DURABILITY="relaxed",
                         QUIPU_STORE=f"lmdb:{self.home / 'environment'}").wait_for("apps:")
        self.assertIn(f"lmdb:{self.data}, relaxed", node.said())
        self.assertEqual(node.stop(), 0)
        self.assertEqual([(self.home / name).exists() for name in ("file", "environment")], [False, False])

    def test_its_lines_are_json_when_asked_for(self):
        node = self.node("--store", f"lmdb:{self.data}", "--log.format", "json", "--log.level", "debug", "--deploy", HELLO,
                         "--answers", ANSWERS).wait_for("apps:")
        hostile = "h\x1b]0;x\x07\n1"
        quipu("run", "greeting.wanted", '{"name": "Ana"}', "--id", hostile, "--data", self.data)
        self.assertEqual(node.stop(), 0)
        lines = [json.loads(line) for line in node.said().splitlines()]
        self.assertTrue(all({"time", "level", "component", "message"} <= set(line) for line in lines))
        called = [line for line in lines if line.get("job") == hostile and line.get("activity") == "greet"]
        self.assertTrue(called, lines)
        self.assertEqual(called[0]["component"], "worker")
        self.assertNotIn("\x1b", node.said())


class Refusing(Case):
    def refused(self, *words, code=2, **environment):
        said = quipu("node", *words, env={**CLEAN, **environment})
        self.expect(said, code)
        self.assertFalse(self.data.exists(), said)
        return said.err

    def test_everything_that_is_wrong_is_told_at_once_before_anything_starts(self):
        config = self.write("node.yaml", f"store: lmdb:{self.data}\nhistroy: off\nlimits:\n  payload:\n    bytes: lots\n")
        flow = self.write("bad.yaml", HELLO.read_text().replace("type: worker", "type: wroker"))
        err = self.refused("--config", config, "--lease", "0", "--thread", "4", "--deploy", flow, QUIPU_DRAIN="soon")
        for what in (f'{config}:2:1: error: unknown key "histroy"; did you mean "history"?',
                     f'{config}:5:12: error: "lots" is not a size',
                     "--lease: error: lease is 0s; 1s to 1h would be right",
                     '--thread: error: there is no such flag; did you mean "threads"?',
                     "QUIPU_DRAIN: error: ", "bad.yaml:"):
            self.assertIn(what, err)

    def test_a_config_that_cannot_be_read_is_named(self):
        self.assertIn("nowhere.yaml", self.refused("--config", self.home / "nowhere.yaml"))
        self.assertIn(str(self.home), self.refused("--config", self.home))
        self.assertIn(":1:", self.refused("--config", self.write("broken.yaml", "store: [\n")))

    def test_answers_with_faults_are_told_with_their_places(self):
        answers = self.write("answers.yaml", "workers: {x.y: []}\n")
        self.assertIn("answers.yaml:1:", self.refused("--store", f"lmdb:{self.data}", "--answers", answers))

    def test_a_store_that_cannot_be_opened_is_3(self):
        file = self.write("file", "")
        self.assertIn("file", self.refused("--store", f"lmdb:{file}/x", code=3))

    def test_what_strangers_wrote_cannot_reach_the_terminal(self):
        config = self.write("\x1b]0;x\x07.yaml", "\"\\e[31m\": 1\n")
        err = self.refused("--config", config, "--\x1b[2J", "1", QUIPU_STORE="\x1b[31m")
        self.assertNotIn("\x1b", err)

    def test_help_lists_every_setting_and_version_is_said(self):
        said = self.expect(quipu("node", "--help", env=CLEAN), 0)
        for what in ("--limits.payload.bytes SIZE", "(1MiB)", "--history full|digits|off", "--config FILE", "--answers FILE"):
            self.assertIn(what, said.out)
        self.assertRegex(self.expect(quipu("node", "--version"), 0).out, r"^quipu node \d+\.\d+\.\d+\n$")

    def test_the_settings_are_printed_as_they_would_hold(self):
        said = self.expect(quipu("node", "--print-config", "--lease", "20s", env={**CLEAN, "QUIPU_HISTORY": "digits"}), 0)
        self.assertIn("\nlease: 20s\n", said.out)
        self.assertIn("\nhistory: digits\n", said.out)
        plain = self.expect(quipu("node", "--print-config", env=CLEAN), 0)
        self.assertEqual(plain.out, (ROOT / "configs/node.reference.yaml").read_text())
        again = self.write("again.yaml", said.out)
        self.assertEqual(self.expect(quipu("node", "--config", again, "--print-config", env=CLEAN), 0).out, said.out)


main()
