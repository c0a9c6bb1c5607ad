"""The examples of the docs do what the pages say, and what they refer to is there.

In the language reference and the page on flow tests each fenced YAML block says what it is: `yaml app` and `yaml app=FILE` are
valid apps, `yaml test` and `yaml test=FILE` are flow tests that pass, `yaml refused WORDS` is an app that is refused with these
words. Every C++ block of the page on the API is a file that compiles, those of the README behind the lines below."""

import os
import re

from harness import ROOT, Case, call, main, quipu

PAGES = ("docs/language.md", "docs/flow-tests.md")
ALL_PAGES = ["README.md", "CHANGELOG.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md")))]
README_BEGINS = """\
#include <quipu/caf.hpp>
#include <quipu/node.hpp>
caf::behavior charge(caf::event_based_actor*);
"""
CODE = re.compile(r"^```cpp\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```yaml(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<file>[^)#]*)#?(?P<heading>[^)]*)\)")


def headings(page):
    """What GitHub makes of the page's headings."""
    lines = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", line.lower()).replace(" ", "-") for line in lines}


class Docs(Case):
    def blocks(self):
        for name in PAGES:
            page = (ROOT / name).read_text(encoding="utf-8")
            for found in BLOCK.finditer(page):
                line = page.count("\n", 0, found.start()) + 1
                kind, _, words = found["info"].strip().partition(" ")
                kind, _, file = kind.partition("=")
                yield f"{name}:{line}", kind, file, words.strip('"'), found["text"]

    def test_every_example_is_of_a_kind_and_does_what_it_says(self):
        files = {}
        for where, kind, file, words, text in self.blocks():
            stem = re.sub(r"\W", "-", where)
            path = self.write(file or f"{stem}.{'test.yaml' if kind == 'test' else 'yaml'}", text)
            files.setdefault(kind, []).append(path)
            with self.subTest(where):
                self.assertIn(kind, ("app", "test", "refused"))
                if kind == "app":
                    self.expect(quipu("validate", path), 0)
                elif kind == "refused":
                    said = self.expect(quipu("validate", path), 2)
                    self.assertIn(words, said.out)
                else:
                    self.expect(quipu("test", path), 0)
        self.assertGreater(len(files["test"]), 15)
        self.assertGreater(len(files["refused"]), 1)
        self.expect(quipu("test", "--store", "lmdb:", *files["test"]), 0)

    def test_every_sample_of_code_compiles(self):
        words = [os.environ.get("CXX", "c++"), "-std=c++20", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror",
                 "-fsyntax-only", "-xc++"]
        words += [f"-I{ROOT / room}" for room in ("actors", "collation")]
        count = 0
        for name in ("docs/api.md", "README.md"):
            page = (ROOT / name).read_text(encoding="utf-8")
            for found in CODE.finditer(page):
                count += 1
                with self.subTest(f"{name}:{page.count(chr(10), 0, found.start()) + 1}"):
                    code = (README_BEGINS if name == "README.md" else "") + found["text"]
                    self.expect(call(*words, self.write("sample.cpp", code)), 0)
        self.assertGreater(count, 5)

    def test_what_the_pages_refer_to_is_there(self):
        for name in ALL_PAGES:
            page = (ROOT / name).read_text(encoding="utf-8")
            for found in LINK.finditer(FENCED.sub("", page)):
                if "://" in found["file"]:
                    continue
                target = (ROOT / name).parent / found["file"] if found["file"] else ROOT / name
                with self.subTest(name, link=found[0]):
                    self.assertTrue(target.exists())
                    if found["heading"]:
                        self.assertIn(found["heading"], headings(target.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
