"""What the tests of the programs share: run one, look at what it said, in a directory of its own."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["QUIPU_BIN"])
ROOT = pathlib.Path(os.environ["QUIPU_ROOT"])
PATIENCE = 120  # seconds; sanitized builds on a busy machine are slow


class Said:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def call(*words, stdin="", **more):
    """Runs a command to its end."""
    done = subprocess.run([str(word) for word in words], input=stdin, text=True, timeout=PATIENCE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **more)
    return Said(done)


def quipu(*words, **more):
    return call(BIN / "quipu", *words, **more)


class Case(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="quipu-test-"))
        self.data = self.home / "data"

    def tearDown(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def write(self, name, text):
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path

    def expect(self, said, code):
        self.assertEqual(said.code, code, said)
        self.assertNotIn("Sanitizer", said.err, said)
        self.assertNotIn("runtime error", said.err, said)
        return said


main = unittest.main
