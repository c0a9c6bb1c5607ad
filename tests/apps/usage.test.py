"""The command line itself: what it knows, and how it refuses what it does not know."""

import json
import re
import shlex
import shutil

from harness import BIN, ROOT, Case, call, main, quipu

VERBS = ["validate", "test", "map", "node", "run", "publish", "signal", "complete", "interrupt", "retry", "subscribe", "job",
         "jobs", "history", "stats", "graph", "versions", "deploy", "activate", "verify", "doctor", "copy", "scrub"]
ORDER = {"id": "o-0001", "customer": {"name": "Ana", "country": "PE"}, "currency": "EUR",
         "lines": [{"sku": "MUG", "name": "Mug", "qty": 2, "price": 40.5}], "card": {"last4": "4242"}}


class Usage(Case):
    def test_help_lists_every_verb_and_an_example(self):
        said = self.expect(quipu("--help"), 0)
        listed = said.out[said.out.index("Subcommands:"):]
        self.assertEqual(re.findall(r"(?m)^  ([a-z]+) ", listed), VERBS)
        self.assertIn("Example: quipu ", said.out)

    def example(self, verb):
        """The words of the example of a verb's help, its directories in that of the test."""
        found = re.search(r"(?m)^Example: quipu (.*)$", self.expect(quipu(verb, "--help"), 0).out)
        self.assertTrue(found and found[1].startswith(verb + " "), verb)
        places = {"/tmp/": f"{self.home}/", "data/": f"{self.home}/", "/backup/": f"{self.home}/backup-"}
        return [re.sub(r"^(/tmp/|data/|/backup/)", lambda place: places[place[1]], word) for word in shlex.split(found[1])]

    def approval(self, fails):
        """A job whose reviewer is asked, or has said no."""
        data = ["--data", self.home / "approval"]
        order = ["run", "order.requested", '{"id": "o-1", "region": "eu", "total": 30}', "--timeout", "1s", "--answers",
                 "configs/examples/approval.answers.yaml"]
        self.expect(quipu(*order, "--deploy", "configs/examples/approval.yaml", *data, cwd=ROOT), 124)
        if fails:
            self.expect(quipu("complete", "o-1", "review", '{"message": "no"}', "--code", "402", *data), 0)
        number = 1
        while fails and quipu("job", "o-1", "--json", *data).json()["state"] != "failed":
            number += 1  # whoever runs there next takes the answer up
            order[2] = json.dumps({"id": f"o-{number}"})
            self.expect(quipu(*order, *data, cwd=ROOT), 124)

    def test_what_a_verbs_help_gives_as_an_example_works(self):
        orders = self.write("orders.jsonl", json.dumps(ORDER) + "\n")
        self.expect(call(BIN / "quipu_order", "--data", self.home / "order", "--orders", orders), 0)
        placed = quipu("jobs", "--topic", "order.placed", "--data", self.home / "order", "--json").json()["jobs"][0]["id"]
        self.write("rules.yaml", "'{t1.output.data.n}'")
        self.write("context.json", '{"t1": {"output": {"data": {"n": 1}}}}')
        hello = self.example("run")
        before = {"publish": [hello], "activate": [hello], "verify": [hello], "scrub": [hello, self.example("publish")]}
        for verb in VERBS:
            if verb in ("node", "doctor"):  # the one does not end, the other wants a server
                continue
            with self.subTest(verb):
                words = [placed if word == "o-0001.30a25b" else word for word in self.example(verb)]
                if verb in ("signal", "complete", "interrupt", "retry", "stats"):
                    self.approval(fails=verb == "retry")
                for each in before.get(verb, []):
                    self.expect(quipu(*each, cwd=ROOT), 0)
                if verb == "scrub":
                    words[1] = "g-2"
                    self.expect(quipu("interrupt", "g-2", "--data", self.home / "hello"), 0)
                if verb == "subscribe":
                    words += ["--after", "oldest", "--most", "1"]
                self.expect(quipu(*words, cwd=self.home if verb == "map" else ROOT), 0)
            for used in ("hello", "approval"):
                shutil.rmtree(self.home / used, ignore_errors=True)

    def test_every_verb_has_help_with_an_example(self):
        for verb in set(VERBS) - {"node"}:
            said = self.expect(quipu(verb, "--help"), 0)
            self.assertIn(f"Example: quipu {verb} ", said.out)

    def test_nothing_is_answered_with_the_help_and_code_2(self):
        said = self.expect(quipu(), 2)
        for verb in VERBS:
            self.assertRegex(said.err, rf"(?m)^  {verb} ")

    def test_the_version_is_that_of_a_node(self):
        said = self.expect(quipu("--version"), 0)
        self.assertRegex(said.out, r"^quipu \d+\.\d+\.\d+\n$")
        self.assertEqual(said.out.split()[-1], self.expect(quipu("node", "--version"), 0).out.split()[-1])

    def test_a_wait_below_zero_and_none_of_a_feed_are_refused_before_anything_begins(self):
        said = self.expect(quipu("run", "greeting.wanted", "--deploy", ROOT / "configs/hello.yaml", "--timeout", "-5", "--data", self.data), 2)
        self.assertIn('--timeout: "-5" is less than nothing; 0s or more would be right', said.err)
        self.assertFalse(self.data.exists())
        said = self.expect(quipu("subscribe", "greeting.done", "--most", "0", "--data", self.data), 2)
        self.assertIn("--most: 0 is too few; 1 or more would be right", said.err)

    def test_an_unknown_verb_is_refused_with_the_nearest_one(self):
        said = self.expect(quipu("histroy"), 2)
        self.assertIn('there is no verb "histroy"', said.err)
        self.assertIn('did you mean "history"?', said.err)

    def test_an_unknown_flag_is_refused_with_the_nearest_one(self):
        said = self.expect(quipu("job", "o-1", "--jsn"), 2)
        self.assertIn('`quipu job` has no flag "--jsn"', said.err)
        self.assertIn('did you mean "--json"?', said.err)

    def test_a_word_too_many_is_refused(self):
        said = self.expect(quipu("job", "o-1", "o-2", "--data", self.data), 2)
        self.assertIn('does not expect "o-2"', said.err)

    def test_a_missing_argument_is_named(self):
        self.assertIn("FILE", self.expect(quipu("validate"), 2).err)
        self.assertIn("ID", self.expect(quipu("job", "--data", self.data), 2).err)

    def test_a_directory_must_be_named(self):
        self.assertIn("--data DIR", self.expect(quipu("jobs"), 2).err)

    def test_a_store_that_is_none_is_refused_with_what_there_is(self):
        said = self.expect(quipu("jobs", "--store", "lmbd:x"), 2)
        self.assertIn("lmdb:DIR", said.err)

    def test_history_wants_a_job_or_all(self):
        self.expect(quipu("history", "--data", self.data), 2)
        self.expect(quipu("history", "o-1", "--all", "--data", self.data), 2)

    def test_what_a_caller_typed_is_escaped_when_it_is_shown(self):
        said = self.expect(quipu("x\x1b[31m\n"), 2)
        self.assertIn("x\\x1b[31m\\n", said.err)
        self.assertNotIn("\x1b", said.err)


main()
