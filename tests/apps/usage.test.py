"""The command line itself: what it knows, and how it refuses what it does not know."""

from harness import Case, main, quipu

VERBS = ["validate", "test", "map", "run", "publish", "signal", "complete", "interrupt", "subscribe", "job", "jobs",
         "history", "graph", "versions", "deploy", "activate", "verify", "doctor", "copy",
         "scrub"]


class Usage(Case):
    def test_help_lists_every_verb_and_an_example(self):
        said = self.expect(quipu("--help"), 0)
        for verb in VERBS:
            self.assertIn(verb, said.out)
        self.assertIn("Example: quipu ", said.out)

    def test_every_verb_has_help_with_an_example(self):
        for verb in VERBS:
            said = self.expect(quipu(verb, "--help"), 0)
            self.assertIn(f"Example: quipu {verb} ", said.out)

    def test_nothing_is_answered_with_the_help_and_code_2(self):
        said = self.expect(quipu(), 2)
        self.assertIn("validate", said.err)

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
