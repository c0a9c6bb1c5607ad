"""quipu validate: every fault of a file in one go, each with its place."""

import re

from harness import ROOT, Case, main, quipu

GOOD = """\
app:
  id: one
  version: '1'
  graphs:
    - subscribes: a.b
      activities:
        t1: {type: trigger}
"""

BAD = """\
app:
  id: one
  version: 1
  graphs:
    - subscribes: a.b
      activities:
        t1: {type: trigger}
        w1: {type: wroker, topic: x.y}
        w2:
          type: worker
          topic: x.y
          input:
            maps:
              a: '{w9.output.data.a}'
      transitions:
        t1:
          - to: w1
          - to: w2
"""

LINE = re.compile(r"^(?P<file>.+):(?P<line>\d+):(?P<column>\d+): error: (?P<what>.+)$")


class Validate(Case):
    def test_what_is_shipped_is_valid(self):
        said = self.expect(quipu("validate", ROOT / "configs/order/order.yaml",
                                 ROOT / "configs/hello.yaml"), 0)
        self.assertIn("order.yaml: ok: app orders, version 1, 2 flows", said.out)
        self.assertIn("hello.yaml: ok: app hello, version 1, 1 flow, 2 activities", said.out)

    def test_every_fault_of_a_file_is_told_in_one_go_at_its_place(self):
        file = self.write("bad.yaml", BAD)
        said = self.expect(quipu("validate", file), 2)
        faults = [LINE.match(line) for line in said.out.splitlines()]
        self.assertTrue(all(faults), said)
        places = {(int(f["line"]), int(f["column"])) for f in faults}
        self.assertTrue(all(f["file"] == str(file) for f in faults), said)
        self.assertIn((3, 12), places, said)
        self.assertIn((8, 20), places, said)
        self.assertIn('"worker"', said.out)

    def test_a_reference_to_what_is_not_above_is_refused(self):
        file = self.write("bad.yaml", BAD.replace("version: 1", "version: '1'").replace("wroker", "worker"))
        said = self.expect(quipu("validate", file), 2)
        self.assertRegex(said.out, r":14:18: error: .*w9")

    def test_several_files_are_all_looked_at(self):
        good, bad = self.write("good.yaml", GOOD), self.write("bad.yaml", BAD)
        said = self.expect(quipu("validate", bad, good), 2)
        self.assertIn("good.yaml: ok", said.out)

    def test_broken_yaml_and_missing_files_are_faults_not_crashes(self):
        broken = self.write("broken.yaml", "app: [unclosed\n  : {\n")
        said = self.expect(quipu("validate", broken), 2)
        self.assertRegex(said.out, r"broken\.yaml:\d+:\d+: error: ")
        said = self.expect(quipu("validate", self.home / "none.yaml"), 2)
        self.assertIn("none.yaml", said.out)
        self.expect(quipu("validate", self.write("empty.yaml", "")), 2)
        self.expect(quipu("validate", self.home), 2)

    def test_faults_can_be_had_as_json(self):
        said = self.expect(quipu("validate", self.write("bad.yaml", BAD), "--json"), 2)
        first = said.json()[0]
        self.assertEqual((first["line"], first["column"], first["weight"]), (3, 12, "error"))
        said = self.expect(quipu("validate", self.write("good.yaml", GOOD), "--json"), 0)
        self.assertEqual(said.json(), [])

    def test_a_hostile_name_cannot_reach_the_terminal(self):
        said = quipu("validate", self.write("bad.yaml", 'app: {id: "\\e]0;x\\a", version: "1", graphs: []}\n'))
        self.expect(said, 2)
        self.assertNotIn("\x1b", said.out + said.err)


main()
