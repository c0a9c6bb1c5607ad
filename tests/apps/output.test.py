"""What is written on stdout: JSON that is whole and safe on a terminal, or word that it could not be written."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading

from harness import BIN, PATIENCE, ROOT, Case, main, quipu

HELLO = ROOT / "configs/hello.yaml"
ANSWERS = ROOT / "configs/hello.answers.yaml"
# What moves a terminal's cursor, or hides or turns text around, and is no control character of ASCII.
HIDDEN = "\x7f\u0080\u009b\u061c\u200e\u2028\u202e\u2066\ufeff\U000e0001\U000e007f"
PLAIN = "Zoë 渡辺 \U0001f9f6"


class Output(Case):
    def run_hello(self, name, job):
        return self.expect(quipu("run", "greeting.wanted", json.dumps({"name": name}), "--deploy", HELLO, "--answers",
                                 ANSWERS, "--data", self.data, "--id", job, "--json"), 0)

    @contextlib.contextmanager
    def answering(self, answer):
        """In place of a node that runs in the directory: answers each request as `answer` says."""
        self.data.mkdir(exist_ok=True)
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(self.data / "quipu.sock"))
            door.listen()

            def serve():
                while True:
                    try:
                        peer = door.accept()[0]
                    except OSError:
                        return
                    with peer, peer.makefile("rw", encoding="utf-8") as lines:
                        if asked := lines.readline():
                            lines.write(json.dumps(answer(json.loads(asked))) + "\n")

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                yield
            finally:
                door.shutdown(socket.SHUT_RDWR)
                thread.join()

    def test_histories_are_whole_json_also_when_one_of_them_cannot_be_read(self):
        self.run_hello("Ana", "h-1")
        job = {"id": "h-1", "app": "hello", "version": "1", "topic": "greeting.wanted", "state": "completed", "key": "66",
               "composite": "66", "data": {}, "error": None, "created": 0, "ended": 1, "parent": "", "from": "",
               "children": [], "passes": {}, "open": [], "history": 0}

        def answer(asked):
            if asked["verb"] == "jobs":
                return {"ok": {"rows": [{**job, "id": each} for each in jobs], "next": ""}}
            if asked["verb"] == "job":
                return {"ok": {**job, "id": asked["id"]}}
            if asked["id"] == "bad":
                return {"fault": "corrupt", "message": "a record was changed"}
            return {"ok": [{"at": 1}]}

        with self.answering(answer):
            for jobs, code in (([], 0), (["h-1", "h-2"], 0), (["h-1", "h-2", "bad", "h-3"], 3), (["bad"], 3)):
                with self.subTest(jobs):
                    said = self.expect(quipu("history", "--all", "--json", "--data", self.data), code)
                    told = jobs[:jobs.index("bad")] if "bad" in jobs else jobs
                    self.assertEqual([each["job"] for each in said.json()], told)
                    self.assertEqual("a record was changed" in said.err, code != 0)

    def test_json_escapes_what_a_terminal_obeys_and_nothing_else(self):
        said = [self.run_hello(HIDDEN + PLAIN, "h-1")]
        for words in (["job", "h-1"], ["history", "h-1"], ["history", "--all"]):
            said.append(self.expect(quipu(*words, "--data", self.data, "--json"), 0))
        for each in said:
            self.assertIn("hello " + HIDDEN + PLAIN, texts(each.json()))
            self.assertIn(PLAIN, each.out)
            self.assertIn("\\u007f\\u0080\\u009b", each.out)
            self.assertIn("\\udb40\\udc01", each.out)
            for bad in HIDDEN:
                self.assertNotIn(bad, each.out)

    def test_what_is_published_is_a_json_object_a_line(self):
        flow = self.write("flow.yaml", HELLO.read_text().replace("    - subscribes:", "    - publishes: greeted\n      subscribes:"))
        self.expect(quipu("run", "greeting.wanted", json.dumps({"name": HIDDEN}), "--deploy", flow, "--answers", ANSWERS,
                          "--data", self.data), 0)
        said = self.expect(quipu("subscribe", "greeted", "--after", "oldest", "--most", "1", "--json", "--data", self.data), 0)
        self.assertEqual(said.json()["data"]["data"], {"text": "hello " + HIDDEN})
        for bad in HIDDEN:
            self.assertNotIn(bad, said.out)

    def test_who_listens_is_told_that_the_store_is_damaged(self):
        with self.answering(lambda asked: {"fault": "corrupt", "message": "a record was changed"}):
            said = self.expect(quipu("subscribe", "greeted", "--data", self.data), 3)
        self.assertIn("a record was changed", said.err)

    def test_what_cannot_be_written_is_told_and_is_no_success(self):
        self.run_hello("Ana", "h-1")
        flow_test = ROOT / "configs/hello.test.yaml"
        for words in (["jobs", "--data", self.data], ["jobs", "--json", "--data", self.data], ["history", "--all", "--data", self.data],
                      ["validate", HELLO], ["graph", HELLO], ["test", flow_test], ["map", "--list"], ["--help"],
                      ["node", "--print-config"]):
            with self.subTest(words), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([BIN / "quipu", *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertRegex(done.stderr, r"^quipu: standard output cannot be written(: No space left on device)?\n$")

    def test_a_reader_that_has_enough_ends_it_quietly(self):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "w", encoding="utf-8") as nobody:
            done = subprocess.run([BIN / "quipu", "map", "--list"], stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (-signal.SIGPIPE, ""))

    def test_a_node_outlives_the_reader_of_its_log(self):
        node = subprocess.Popen([BIN / "quipu", "node", "--data", self.data, "--log.level", "debug", "--deploy", HELLO,
                                 "--answers", ANSWERS], stderr=subprocess.PIPE, text=True)
        try:
            while "apps:" not in node.stderr.readline():
                self.assertIsNone(node.poll())
            node.stderr.close()
            for job in ("h-1", "h-2"):
                self.expect(quipu("run", "greeting.wanted", '{"name": "Ana"}', "--id", job, "--data", self.data), 0)
            node.send_signal(signal.SIGTERM)
            self.assertEqual(node.wait(timeout=PATIENCE), 0)
        finally:
            node.kill()
            node.wait()


def texts(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    return [text for each in value for text in texts(each)] if hasattr(value, "__iter__") else []


main()
