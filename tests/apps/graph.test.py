"""quipu graph: flows as trees in four formats, and how far a job is."""

import shutil
import unittest
import xml.etree.ElementTree as xml

from harness import ROOT, Case, call, main, quipu

HELLO = ROOT / "configs/hello.yaml"
ORDER = ROOT / "configs/order/order.yaml"
EVERY = ROOT / "tests/apps/drawing/every.yaml"
GOLDEN = ROOT / "tests/apps/drawing/golden"
FORMATS = {"text": "txt", "mermaid": "mmd", "dot": "dot", "svg": "svg"}


class Graph(Case):
    def test_what_is_shipped_looks_as_it_did(self):
        # To take a new look over: quipu graph FILE --format F > tests/apps/drawing/golden/NAME.EXT
        for file in (HELLO, ORDER, EVERY):
            for name, ending in FORMATS.items():
                said = self.expect(quipu("graph", file, "--format", name), 0)
                golden = (GOLDEN / f"{file.stem}.{ending}").read_text(encoding="utf-8")
                self.assertEqual(said.out, golden, f"{file} as {name}")

    def test_an_svg_is_xml_and_says_every_activity(self):
        said = self.expect(quipu("graph", EVERY, "--format", "svg"), 0)
        texts = [each.text for each in xml.fromstring(said.out).iter("{http://www.w3.org/2000/svg}text")]
        for word in ("look", "judge", "again", "人が決める", 'A "claim" <arrives> & waits'):
            self.assertIn(word, texts)

    @unittest.skipUnless(shutil.which("dot"), "graphviz is not installed")
    def test_graphviz_takes_dot(self):
        for file in (HELLO, ORDER, EVERY):
            said = self.expect(quipu("graph", file, "--format", "dot"), 0)
            drawn = call("dot", "-Tsvg", stdin=said.out)
            self.assertEqual((drawn.code, drawn.err), (0, ""))

    def test_a_file_with_faults_is_refused_with_their_places(self):
        file = self.write("bad.yaml", HELLO.read_text().replace("type: worker", "type: wroker"))
        said = self.expect(quipu("graph", file), 2)
        self.assertRegex(said.err, r"bad\.yaml:\d+:\d+: error: ")
        self.expect(quipu("graph", self.home / "none.yaml"), 2)

    def test_a_topic_an_app_and_a_job_are_drawn_from_a_store(self):
        answers = self.write("answers.yaml", "workers: {nothing.here: [{replies: [{code: 200}]}]}")
        self.expect(quipu("run", "greeting.wanted", '{"name": "Ana"}', "--deploy", HELLO, "--answers",
                          answers, "--id", "g-1", "--timeout", "1500ms", "--data", self.data), 124)
        by_app = self.expect(quipu("graph", "hello", "--data", self.data), 0)
        self.assertEqual(by_app.out, (GOLDEN / "hello.txt").read_text(encoding="utf-8"))
        by_topic = self.expect(quipu("graph", "greeting.wanted", "--data", self.data), 0)
        self.assertEqual(by_topic.out, by_app.out)
        job = self.expect(quipu("graph", "--job", "g-1", "--data", self.data), 0)
        self.assertIn("job g-1, running, app hello, version 1", job.out)
        self.assertRegex(job.out, r"t1 +6 completed +trigger")
        self.assertRegex(job.out, r"greet +8 started +worker +work\.greet +no worker serves work\.greet, since \d+ ")
        self.expect(quipu("graph", "nothing", "--data", self.data), 4)
        said = self.expect(quipu("graph", "hello", "--version", "9", "--data", self.data), 4)
        self.assertIn('app "hello" has no version "9"; there are: 1', said.err)
        self.expect(quipu("graph", "--job", "g-2", "--data", self.data), 4)

    def test_one_thing_is_drawn_at_a_time(self):
        self.expect(quipu("graph"), 2)
        self.expect(quipu("graph", HELLO, "--job", "g-1", "--data", self.data), 2)
        self.expect(quipu("graph", HELLO, "--format", "png"), 2)


main()
