"""Directories that are not as they should be: a clear error, nothing lost, no crash."""

import os
import shutil
import sys

from harness import ROOT, Case, main, quipu

HELLO = ROOT / "configs/hello.yaml"
ANSWERS = ROOT / "configs/hello.answers.yaml"


class Directory(Case):
    def run_hello(self, *more):
        return quipu("run", "greeting.wanted", '{"name": "Ana"}', "--deploy", HELLO, "--answers", ANSWERS,
                     "--data", self.data, *more)

    def refused(self, said):
        self.assertIn(said.code, (3, 4), said)
        self.assertTrue(said.err.startswith("quipu: "), said)
        self.assertNotIn("a bug", said.err, said)
        return said

    def test_looking_at_what_is_not_there_says_so_and_makes_nothing(self):
        said = self.expect(quipu("jobs", "--data", self.data), 3)
        self.assertIn(str(self.data), said.err)
        self.assertFalse(self.data.exists())
        file = self.write("file", "text")
        self.expect(quipu("jobs", "--data", file), 3)

    def test_a_directory_that_cannot_be_written_is_named(self):
        self.write("data", "a file, where a directory should be")
        self.assertIn("data", self.refused(self.run_hello()).err)

    def test_a_directory_without_permission_is_named(self):
        if os.geteuid() == 0:
            print("skipped: root may read everything", file=sys.stderr)
            return
        self.data.mkdir(mode=0o500)
        self.assertIn(str(self.data), self.refused(self.run_hello()).err)

    def test_a_store_of_garbage_is_refused_and_left_as_it_is(self):
        self.data.mkdir()
        garbage = b"this was never a store\n" * 1000
        (self.data / "data.mdb").write_bytes(garbage)
        self.refused(self.run_hello())
        self.refused(quipu("jobs", "--data", self.data))
        self.assertEqual((self.data / "data.mdb").read_bytes(), garbage)

    def test_a_copy_is_a_directory_like_the_first_and_never_written_over(self):
        copy = self.home / "copy"
        self.expect(quipu("copy", copy, "--data", self.data), 4)
        self.expect(self.run_hello("--id", "h-1"), 0)
        self.expect(quipu("copy", copy, "--data", self.data), 0)
        self.assertEqual(self.expect(quipu("job", "h-1", "--json", "--data", copy), 0).json(),
                         self.expect(quipu("job", "h-1", "--json", "--data", self.data), 0).json())
        before = (copy / "data.mdb").read_bytes()
        self.assertIn("409", self.expect(quipu("copy", copy, "--data", self.data), 4).err)
        self.assertEqual((copy / "data.mdb").read_bytes(), before)

    def test_a_truncated_store_is_refused_or_read_but_never_crashes(self):
        self.expect(self.run_hello("--id", "h-1"), 0)
        store = self.data / "data.mdb"
        whole = store.read_bytes()
        for part in (0, 100, 4096, 8192, len(whole) // 2):
            if store.stat().st_size == 0 and part == 0:
                continue
            copy = self.home / f"cut-{part}"
            shutil.copytree(self.data, copy, ignore=shutil.ignore_patterns("quipu.sock"))
            with open(copy / "data.mdb", "r+b") as file:
                file.truncate(part)
            said = quipu("job", "h-1", "--data", copy)
            self.assertIn(said.code, (0, 3, 4) if part else (3, 4), f"cut to {part}: {said}")
            self.assertNotIn("a bug", said.err, said)
        self.expect(quipu("job", "h-1", "--data", self.data), 0)

    def test_looking_changes_nothing_and_runs_nothing(self):
        said = quipu("run", "greeting.wanted", '{"name": "Ana"}', "--deploy", HELLO, "--data", self.data,
                     "--id", "h-1", "--timeout", "100ms")
        self.expect(said, 124)
        before = quipu("history", "h-1", "--data", self.data, "--json").json()
        for _ in range(3):
            self.expect(quipu("jobs", "--data", self.data), 0)
        self.assertEqual(quipu("history", "h-1", "--data", self.data, "--json").json(), before)

    def test_a_message_over_the_limit_is_refused_with_limit_and_setting(self):
        big = self.write("big.json", '{"name": "' + "x" * (1 << 20) + '"}')
        said = quipu("run", "greeting.wanted", f"@{big}", "--deploy", HELLO, "--answers", ANSWERS, "--data", self.data)
        self.expect(said, 4)
        self.assertIn("413", said.err)
        self.assertIn("limits.payload.bytes", said.err)


main()
