"""quipu run, and the verbs that look at what it left behind."""

import json
import stat
import subprocess
import time

from harness import BIN, ROOT, Case, main, quipu

HELLO = ROOT / "configs/hello.yaml"
ANSWERS = ROOT / "configs/hello.answers.yaml"


class Run(Case):
    def run_hello(self, message, *more, **how):
        return quipu("run", "greeting.wanted", message, "--deploy", HELLO, "--answers", ANSWERS,
                     "--data", self.data, *more, **how)

    def test_a_flow_runs_on_answers_and_its_output_is_printed(self):
        said = self.expect(self.run_hello('{"name": "Ana"}', "--id", "h-1", "--json"), 0)
        end = said.json()
        self.assertEqual(end["state"], "completed")
        self.assertEqual(end["data"], {"text": "hello Ana"})
        plain = self.expect(self.run_hello('{"name": "Bo"}', "--id", "h-2"), 0)
        self.assertIn("h-2  completed", plain.out)
        self.assertIn("hello Bo", plain.out)
        self.assertNotIn("\x1b", plain.out)

    def test_the_message_may_come_from_a_file_or_stdin(self):
        file = self.write("m.json", '{"name": "Zoë"}')
        self.assertEqual(self.expect(self.run_hello(f"@{file}", "--json"), 0).json()["data"],
                         {"text": "hello Zoë"})
        said = self.expect(self.run_hello("-", "--json", stdin='{"name": "渡辺"}'), 0)
        self.assertEqual(said.json()["data"], {"text": "hello 渡辺"})
        self.expect(self.run_hello("{not json"), 2)
        self.assertIn("/nowhere.json: cannot be read", self.expect(self.run_hello("@/nowhere.json"), 2).err)
        self.assertIn(f"{self.home}: cannot be read", self.expect(self.run_hello(f"@{self.home}"), 2).err)
        self.assertIn("too large for any double", self.expect(self.run_hello('{"name": 1e999}'), 2).err)
        deep = self.write("deep.json", '{"name": ' + "[" * 100_000 + "]" * 100_000 + "}")
        self.assertIn("more than 1000 deep", self.expect(self.run_hello(f"@{deep}"), 2).err)

    def test_a_failed_job_exits_with_1_and_says_why(self):
        said = self.expect(self.run_hello('{"name": ""}', "--id", "h-1"), 1)
        self.assertIn("failed", said.out)
        self.assertIn("422 from greet: nobody to greet", said.out)

    def test_looking_shows_what_was_run(self):
        self.expect(self.run_hello('{"name": "Ana"}', "--id", "h-1"), 0)
        self.expect(self.run_hello('{"name": ""}', "--id", "h-2"), 1)
        job = self.expect(quipu("job", "h-1", "--data", self.data, "--json"), 0).json()
        self.assertEqual((job["id"], job["state"], job["key"]), ("h-1", "completed", "66"))
        jobs = self.expect(quipu("jobs", "--data", self.data, "--json"), 0).json()["jobs"]
        self.assertEqual({row["id"]: row["state"] for row in jobs}, {"h-1": "completed", "h-2": "failed"})
        failed = self.expect(quipu("jobs", "--state", "failed", "--data", self.data, "--json"), 0).json()
        self.assertEqual([row["id"] for row in failed["jobs"]], ["h-2"])
        one = self.expect(quipu("history", "h-1", "--data", self.data, "--json"), 0).json()
        self.assertGreaterEqual(len(one["records"]), 2)
        every = self.expect(quipu("history", "--all", "--data", self.data, "--json"), 0).json()
        self.assertEqual({each["job"] for each in every}, {"h-1", "h-2"})
        self.assertIn(one, every)
        versions = self.expect(quipu("versions", "--data", self.data, "--json"), 0).json()
        self.assertEqual([(v["app"], v["version"], v["active"]) for v in versions], [("hello", "1", True)])
        for words, what in ((["job", "h-1"], "h-1  completed"), (["jobs"], "h-2"), (["history", "h-1"], "hello Ana"),
                            (["history", "--all"], "h-2  "), (["versions"], "hello")):
            self.assertIn(what, self.expect(quipu(*words, "--data", self.data), 0).out)

    def test_pages_of_jobs_follow_each_other_without_gap_or_repetition(self):
        for number in range(5):
            self.expect(self.run_hello('{"name": "Ana"}', "--id", f"h-{number}"), 0)
        seen, after = [], ""
        while True:
            more = ["--after", after] if after else []
            page = self.expect(quipu("jobs", "--most", "2", "--data", self.data, "--json", *more), 0).json()
            seen += [row["id"] for row in page["jobs"]]
            after = page["next"]
            if not after:
                break
        self.assertEqual(sorted(seen), [f"h-{n}" for n in range(5)])
        every = self.expect(quipu("jobs", "--most", "2", "--all", "--data", self.data, "--json"), 0).json()
        self.assertEqual([row["id"] for row in every["jobs"]], seen)

    def test_refusals_exit_with_4_and_their_code(self):
        self.expect(self.run_hello('{"name": "Ana"}', "--id", "h-1"), 0)
        said = self.expect(self.run_hello('{"name": "Ana"}', "--id", "h-1"), 4)
        self.assertIn("409", said.err)
        self.assertIn("404", self.expect(quipu("job", "h-9", "--data", self.data), 4).err)
        said = self.expect(quipu("run", "nothing.here", "--answers", ANSWERS, "--data", self.data), 4)
        self.assertIn("404", said.err)
        self.assertIn("nothing.here", said.err)

    def test_a_definition_that_is_refused_exits_with_2_and_its_places(self):
        bad = self.write("bad.yaml", HELLO.read_text().replace("type: worker", "type: wroker"))
        said = self.expect(quipu("run", "greeting.wanted", "--deploy", bad, "--data", self.data), 2)
        self.assertRegex(said.err, r"bad\.yaml:\d+:\d+: error: ")

    def test_faults_of_an_answers_file_are_told_with_their_places(self):
        bad = self.write("bad.yaml", "workers:\n  work.greet:\n    - replys: [{code: 200}]\n    - replies: [{code: 99}]\n"
                                     "    - replies: [{cod: 200}]\n")
        said = self.expect(quipu("run", "greeting.wanted", "--deploy", HELLO, "--answers", bad, "--data", self.data), 2)
        self.assertIn(":3:7: error: ", said.err)
        self.assertIn(":4:24: error: a code is a number from 100 to 599", said.err)
        self.assertIn('did you mean "code"?', said.err)

    def test_an_answer_fits_as_in_a_flow_test(self):
        flow = self.write("flow.yaml", HELLO.read_text().replace("name: '{t1.output.data.name}'", "names: '{t1.output.data.names}'"))
        rules = ("workers:\n  work.greet:\n    - {when: {names: [{first: Ana}]}, replies: [{data: {text: one}}]}\n"
                 "    - {when: {names: [{first: Ana}, {}]}, replies: [{data: {text: '{$input.names.1.first}'}}]}\n"
                 "    - {when: {names: []}, replies: [{code: 404, data: {message: nobody}}]}\n")
        file = self.write("answers.yaml", rules)
        for names, code, told in (('[{"first": "Ana", "last": "H"}]', 0, {"text": "one"}),
                                  ('[{"first": "Ana"}, {"first": "Bo"}]', 0, {"text": "Bo"}),
                                  ("[]", 1, "404 from greet: nobody"), ('[{"first": "Bo"}]', 1, "500 from greet: no `when`")):
            with self.subTest(names):
                said = self.expect(quipu("run", "greeting.wanted", f'{{"names": {names}}}', "--deploy", flow, "--answers", file,
                                         "--data", self.data), code)
                self.assertIn(told if isinstance(told, str) else json.dumps(told).replace(" ", ""), said.out)

    def test_replies_are_used_up_one_a_call_and_the_last_repeats(self):
        file = self.write("turns.yaml", "workers:\n  work.greet:\n    - replies:\n        - {data: {text: one}}\n"
                                        "        - {data: {text: two}, after: 30ms}\n")
        flow = self.write("twice.yaml", HELLO.read_text().replace("to: greet", "to: greet\n        greet:\n          - to: again")
                          .replace("      transitions:", "        again:\n          type: worker\n          topic: work.greet\n"
                                   "          job: {maps: {again: '{$self.output.data.text}'}}\n      transitions:"))
        said = self.expect(quipu("run", "greeting.wanted", "--deploy", flow, "--answers", file, "--data", self.data, "--json"), 0)
        self.assertEqual(said.json()["data"], {"text": "one", "again": "two"})

    def test_a_topic_that_nobody_serves_is_named_while_it_waits(self):
        said = self.expect(quipu("run", "greeting.wanted", '{"name": "Ana"}', "--deploy", HELLO, "--data", self.data,
                                 "--id", "h-1", "--timeout", "2s"), 124)
        self.assertIn('nobody serves topic "work.greet"', said.err)
        self.assertIn("h-1", said.err)
        self.assertIn("goes on with the next node: quipu job h-1", said.err)
        job = self.expect(quipu("job", "h-1", "--data", self.data, "--json"), 0).json()
        self.assertEqual((job["state"], job["key"]), ("running", "68"))
        said = self.expect(quipu("run", "greeting.wanted", "--deploy", HELLO, "--store", "memory:", "--timeout", "1ms"), 124)
        self.assertIn("it is gone: memory: keeps nothing", said.err)

    def test_commands_talk_to_the_node_that_runs_in_the_directory(self):
        waiting = subprocess.Popen([BIN / "quipu", "run", "greeting.wanted", '{"name": "Ana"}', "--deploy", HELLO,
                                    "--data", self.data, "--id", "h-1", "--timeout", "60s"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            socket = self.data / "quipu.sock"
            until = time.time() + 60
            while time.time() < until and not socket.exists():
                time.sleep(0.02)
            self.assertEqual(stat.S_IMODE(socket.stat().st_mode), 0o600)
            while time.time() < until and quipu("job", "h-1", "--data", self.data).code != 0:
                time.sleep(0.05)
            job = self.expect(quipu("job", "h-1", "--data", self.data, "--json"), 0).json()
            self.assertEqual(job["state"], "running")
            self.assertIsNone(waiting.poll())
            # Workers of its own would need an engine of its own, and there is one already: it is named.
            said = self.expect(self.run_hello('{"name": "Bo"}'), 4)
            self.assertIn("409", said.err)
            self.assertIn(str(waiting.pid), said.err)
            # Without workers of its own, a second `run` uses the node that is there.
            said = self.expect(quipu("run", "greeting.wanted", "--data", self.data, "--id", "h-2", "--timeout", "200ms"), 124)
            self.assertIn("h-2", said.err)
            ids = {row["id"] for row in quipu("jobs", "--data", self.data, "--json").json()["jobs"]}
            self.assertEqual(ids, {"h-1", "h-2"})
        finally:
            waiting.kill()
            waiting.communicate()
        # What it had begun is still there, and goes on with whoever serves it.
        said = self.expect(self.run_hello('{"name": "Cy"}', "--id", "h-3"), 0)
        until = time.time() + 30
        while time.time() < until:
            self.expect(self.run_hello('{"name": "Cy"}'), 0)
            if quipu("job", "h-1", "--data", self.data, "--json").json()["state"] == "completed":
                break
        self.assertEqual(quipu("job", "h-1", "--data", self.data, "--json").json()["data"], {"text": "hello Ana"})

    def test_stored_text_cannot_reach_the_terminal(self):
        hostile = "\x1b]0;owned\x07\u202e\u009b31m\x7f\n"
        message = json.dumps({"name": hostile})
        said = self.expect(self.run_hello(message, "--id", f"h{hostile}1"), 0)
        shown = said.out + said.err
        for words in (["job", f"h{hostile}1"], ["history", f"h{hostile}1"], ["history", "--all"], ["jobs"], ["versions"],
                      ["job", f"no{hostile}"], ["jobs", "--topic", hostile], ["history", hostile]):
            said = quipu(*words, "--data", self.data)
            shown += said.out + said.err
        shown += quipu(f"verb{hostile}").err + quipu("job", f"--flag{hostile}").err
        self.assertIn("owned", shown)
        for bad in "\x1b\x07\u202e\u009b\x7f":
            self.assertNotIn(bad, shown)


main()
