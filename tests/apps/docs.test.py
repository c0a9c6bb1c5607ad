"""The examples of the language reference and of the page on flow tests do what the pages say.

Each fenced YAML block says what it is: `yaml app` and `yaml app=FILE` are valid apps, `yaml test` and `yaml test=FILE`
are flow tests that pass, `yaml refused WORDS` is an app that is refused with these words."""

import re

from harness import ROOT, Case, main, quipu

PAGES = ("docs/language.md", "docs/flow-tests.md")
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

    def test_what_the_pages_refer_to_is_there(self):
        for name in PAGES:
            page = (ROOT / name).read_text(encoding="utf-8")
            for found in LINK.finditer(BLOCK.sub("", page)):
                target = ROOT / "docs" / found["file"] if found["file"] else ROOT / name
                with self.subTest(name, link=found[0]):
                    self.assertTrue(target.is_file())
                    if found["heading"]:
                        self.assertIn(found["heading"], headings(target.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
