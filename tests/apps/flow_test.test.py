"""quipu test: what passes, what fails and how it is told, what is wrong in a file of tests."""

import os
import signal
import subprocess

from harness import BIN, PATIENCE, ROOT, Case, main, quipu

FLOW = """\
app:
  id: nap
  version: '1'
  graphs:
    - subscribes: nap.wanted
      activities:
        t1: {type: trigger, job: {maps: {who: '{$self.output.data.who}', tags: [a, b]}}}
        nap: {type: hook, sleep: 1m}
        wake: {type: worker, topic: nap.wake, input: {maps: {who: '{t1.output.data.who}'}}, job: {maps: {mood: '{$self.output.data.mood}'}}}
      transitions: {t1: [{to: nap}], nap: [{to: wake}]}
workers:
  nap.wake:
    - {when: {who: Ana}, replies: [{data: {mood: good}}]}
    - {when: {who: Bo}, replies: [{code: 503, data: {message: still asleep}}]}
"""


class FlowTest(Case):
    def play(self, steps, code, *words, flow=FLOW, **environment):
        file = self.write("nap.test.yaml", f"{flow}tests:\n  - name: a nap\n    steps:\n{steps}")
        return self.expect(quipu("test", *words, file, env={**os.environ, **environment}), code).out.replace(str(self.home) + "/", "")

    def test_the_flow_tests_beside_the_examples_pass_on_each_store(self):
        files = sorted((ROOT / "configs").rglob("*.test.yaml"))
        self.assertEqual(len(files), len([f for f in (ROOT / "configs").rglob("*.yaml") if self.is_app(f)]))
        for store in ("memory:", "lmdb:"):
            said = self.expect(quipu("test", "--store", store, *files), 0)
            self.assertIn(" passed, 0 failed", said.out)

    @staticmethod
    def is_app(file):
        return file.read_text(encoding="utf-8").find("\napp:\n") >= 0 or file.read_text(encoding="utf-8").startswith("app:\n")

    def test_a_line_a_test_and_how_many(self):
        said = self.play("      - publish: {topic: nap.wanted, id: n, data: {who: Ana}}\n      - advance: 1m\n"
                         "      - expect: {state: completed, exactly: {who: Ana, tags: [a, b], mood: good}}\n", 0)
        self.assertEqual(said, "ok   nap.test.yaml: a nap\n1 passed, 0 failed\n")

    def test_a_failed_expectation_shows_its_place_both_values_and_the_history(self):
        said = self.play("      - publish: {topic: nap.wanted, id: n, data: {who: Ana}}\n"
                         "      - expect: {state: completed, data: {who: Bo, tags: [a, c]}, key: '666', calls: {nap.wake: 1}}\n", 1)
        self.assertIn("FAIL nap.test.yaml: a nap\n", said)
        for line in ('nap.test.yaml:19:25: state of n: expected "completed", is "running"',
                     'nap.test.yaml:19:42: data.who of n: expected "Bo", is "Ana"',
                     'nap.test.yaml:19:42: data.tags.1 of n: expected "c", is "b"',
                     'nap.test.yaml:19:72: key of n: expected "666", is "659"',
                     "nap.test.yaml:19:86: calls of nap.wake: expected 1, is 0",
                     "history of n:"):
            self.assertIn(line, said)
        self.assertRegex(said, r"0s  n  659  t1 takes the message: .*nap sleeps until 1m")
        self.assertTrue(said.endswith("0 passed, 1 failed\n"), said)

    def test_what_should_not_be_there_is_told_too(self):
        said = self.play("      - publish: {topic: nap.wanted, id: n, data: {who: Ana}}\n      - expect: {exactly: {who: Ana}}\n", 1)
        self.assertIn('data.tags of n: expected nothing, is ["a","b"]', said)

    def test_verbose_shows_each_step_with_every_record_it_makes(self):
        said = self.play("      - publish: {topic: nap.wanted, id: n, data: {who: Bo}}\n      - advance: 1m\n"
                         "      - interrupt: {job: n}\n        refused: {code: 409}\n      - expect: {state: failed}\n", 0, "--verbose")
        lines = [line.strip() for line in said.splitlines()]
        self.assertIn('18: publish nap.wanted as n {"who":"Bo"}', lines)
        self.assertIn("19: advance 1m", lines)
        self.assertIn("20: interrupt n", lines)
        self.assertTrue(any(line.startswith("refused: 409 ") for line in lines), said)
        self.assertTrue(any(line.startswith("1m  n  648  nap woke") for line in lines), said)
        self.assertTrue(any(line.startswith("1m  n  647  wake replied 503, attempt 1: wake 7") for line in lines), said)

    def test_a_topic_that_no_mock_answers_is_named_when_the_test_fails(self):
        said = self.play("      - publish: {topic: nap.wanted, id: n, data: {who: Ana}}\n      - advance: 1m\n"
                         "      - expect: {state: completed}\n", 1, flow=FLOW.replace("nap.wake:", "nap.wakes:"))
        self.assertIn('`workers` has no "nap.wake", so its calls wait; did you mean "nap.wakes"?', said)

    def test_a_call_that_no_when_fits_fails_with_its_input(self):
        said = self.play("      - publish: {topic: nap.wanted, id: n, data: {who: Cy}}\n      - advance: 1m\n", 1)
        self.assertIn('no `when` of worker "nap.wake" fits the input {"who":"Cy"}', said)

    def test_a_refusal_must_be_expected_and_must_come(self):
        said = self.play("      - publish: {topic: nap.want, data: {}}\n", 1)
        self.assertIn("nap.test.yaml:18:9: publish was refused: 404", said)
        said = self.play("      - publish: {topic: nap.wanted, data: {who: Ana}}\n        refused: true\n", 1)
        self.assertIn("publish was to be refused, and was not", said)
        said = self.play("      - publish: {topic: nap.want}\n        refused: {code: 409}\n", 1)
        self.assertIn("was to be refused with 409, was with 404", said)

    def test_what_is_wrong_in_the_file_is_told_at_its_place(self):
        faults = {
            "      - publsh: {topic: nap.wanted}\n": '18:9: error: there is no step "publsh"; did you mean "publish"?',
            "      - publish: {topc: nap.wanted}\n": '18:19: error: publish has no key "topc"; did you mean "topic"?',
            "      - publish: {id: n}\n": '18:19: error: "topic" is missing',
            "      - advance: soon\n": '18:18: error: "soon" is not a duration',
            "      - advance: -1s\n": "18:18: error: time does not go back",
            "      - expect: {state: runing}\n": '18:25: error: a job\'s state is running, completed, failed, interrupted, absent, not "runing"; did you mean "running"?',
            "      - expect: {key: 66}\n": '18:23: error: "key" is a text, not 66; in quotes it would be',
            "      - expect: {calls: {nap.wake: x}}\n": '18:36: error: "nap.wake" is a whole number, not "x"',
            "      - expect: {published: {a: x}}\n": "18:33: error: what is published is a number, or a list of parts of the messages",
            "      - expect: {passes: {a: '66'}}\n": "18:30: error: a list of texts would be right",
            "      - expect: {data: 5}\n": "18:24: error: \"data\" is a mapping",
            "      - complete: {job: n}\n": '18:20: error: "activity" is missing',
            "      - complete: {job: n, activity: a, reply: {code: 99}}\n": "18:55: error: a code is a number from 100 to 599",
            "      - publish: {topic: a}\n        advance: 1s\n": '19:9: error: a step does one thing; this one is "publish" already',
            "      - refused: true\n": "18:9: error: a step is one of: publish, advance",
            "      - scrub: {}\n": '"job" is missing',
        }
        for steps, told in faults.items():
            with self.subTest(steps):
                self.assertIn(told, self.play(steps, 2))

    def test_a_file_that_tests_nothing_is_refused(self):
        file = self.write("nap.test.yaml", FLOW + "tests: []\n")
        self.assertIn("nap.test.yaml:15:8: error: `tests` is a list of at least one {name, steps}",
                      self.expect(quipu("test", file), 2).out)
        file = self.write("nap.test.yaml", FLOW + "tests:\n  - name: nothing\n    steps: []\n")
        self.assertIn("nap.test.yaml:17:12: error: `steps` is a list of at least one step",
                      self.expect(quipu("test", file), 2).out)

    def test_an_app_that_is_refused_is_told_at_its_own_place(self):
        self.write("bad.yaml", "app:\n  id: bad\n  version: 1\n  graphs: [{subscribes: a, activities: {t: {type: trigger}}}]\n")
        file = self.write("bad.test.yaml", "app: ./bad.yaml\ntests: []\n")
        said = self.expect(quipu("test", file), 2)
        self.assertIn("bad.yaml:3:12: error: the app's version is a string", said.out)
        file = self.write("no.test.yaml", "app: ./nowhere.yaml\ntests: []\n")
        self.assertIn("no.test.yaml:1:6: error:", self.expect(quipu("test", file), 2).out)

    def test_directories_are_made_where_they_are_needed_and_taken_away(self):
        steps = "      - publish: {topic: nap.wanted, data: {who: Ana}}\n"
        there = self.home / "there"
        there.mkdir()
        (there / "quipu-test-1").mkdir()
        for store in ("memory:", "lmdb:"):
            self.play(steps, 0, "--store", store, TMPDIR=str(there))
            self.assertEqual([each.name for each in there.iterdir()], ["quipu-test-1"])
        self.play(steps, 0, TMPDIR="/nowhere")
        said = self.play(steps, 1, "--store", "lmdb:", TMPDIR="/nowhere")
        self.assertIn("no directory can be made for the tests", said)

    def test_an_interrupt_leaves_no_directory_behind(self):
        steps = "      - publish: {topic: nap.wanted, data: {who: Ana}}\n      - advance: 1m\n"
        file = self.write("nap.test.yaml", FLOW + "tests:\n" + "".join(f"  - name: n{n}\n    steps:\n{steps}" for n in range(200)))
        there = self.home / "there"
        there.mkdir()
        runs = subprocess.Popen([BIN / "quipu", "test", "--store", "lmdb:", file, file], env={**os.environ, "TMPDIR": str(there)},
                                stdout=subprocess.DEVNULL)
        try:
            while not [*there.glob("*/*")]:
                self.assertIsNone(runs.poll())
            runs.send_signal(signal.SIGINT)
            self.assertEqual(runs.wait(timeout=PATIENCE), 1)
        finally:
            runs.kill()
            runs.wait()
        self.assertEqual([*there.iterdir()], [])

    def test_it_is_deterministic(self):
        steps = ("      - publish: {topic: nap.wanted, data: {who: Ana}}\n      - publish: {topic: nap.wanted, data: {who: Bo}}\n"
                 "      - advance: 1h\n")
        first = self.play(steps, 0, "--verbose")
        self.assertEqual(first, self.play(steps, 0, "--verbose"))
        self.assertEqual(first, self.play(steps, 0, "--verbose", "--store", "lmdb:"))

    def test_a_server_that_is_not_there_is_said_once(self):
        file = self.write("nap.test.yaml", FLOW + "tests:\n  - {name: a nap, steps: [{advance: 1m}]}\n")
        said = self.expect(quipu("test", "--store", "redis+unix:///nowhere/redis.sock", file), 3)
        self.assertIn("/nowhere/redis.sock", said.err)
        self.assertEqual(said.out, "")

    def test_a_store_that_is_not_for_tests_is_refused(self):
        file = self.write("nap.test.yaml", FLOW + "tests: []\n")
        self.assertIn('"postgres://x" is no store for tests', self.expect(quipu("test", "--store", "postgres://x", file), 2).err)


if __name__ == "__main__":
    main()
