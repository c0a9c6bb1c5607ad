"""quipu map: a map tree over a context, row by row; the functions there are; files of vectors."""

import json

from harness import Case, main, quipu

CONTEXT = {"t1": {"output": {"data": {"qty": 3, "price": 12.5, "who": "ada@example.org",
                                      "-a": 1, "b": 2}}}}

RULES = """\
total:
  '@pipe':
    - ['{t1.output.data.qty}', '{t1.output.data.price}']
    - ['{@math.multiply}', 2]
    - ['{@number.toFixed}']
gone: '{t1.output.data.nothing}'
"""

BAD = """\
host:
  '@pipe':
    - ['{t1.output.data.who}', '@']
    - ['{@string.splitt}', 1]
    - ['{@array.get}']
"""


class Map(Case):
    def setUp(self):
        super().setUp()
        self.context = self.write("context.json", json.dumps(CONTEXT))

    def rules(self, text):
        return self.write("rules.yaml", text)

    def test_a_map_tree_gives_its_object(self):
        said = self.expect(quipu("map", self.rules(RULES), self.context), 0)
        self.assertEqual(said.json(), {"total": "37.50"})

    def test_either_file_may_be_standard_input(self):
        said = self.expect(quipu("map", "-", self.context, stdin=RULES), 0)
        self.assertEqual(said.json(), {"total": "37.50"})
        said = self.expect(quipu("map", self.rules(RULES), "-", stdin=json.dumps(CONTEXT)), 0)
        self.assertEqual(said.json(), {"total": "37.50"})
        self.expect(quipu("map", "-", "-", stdin="1"), 2)

    def test_a_context_may_be_yaml_or_left_out(self):
        context = self.write("context.yaml", "t1: {output: {data: {qty: 2, price: 2}}}\n")
        self.assertEqual(self.expect(quipu("map", self.rules(RULES), context), 0).json(), {"total": "4.00"})
        said = self.expect(quipu("map", self.rules("{'@pipe': [[2, 3], ['{@math.pow}']]}")), 0)
        self.assertEqual(said.out, "8\n")

    def test_what_is_not_there_is_undefined(self):
        said = self.expect(quipu("map", self.rules("'{t1.output.data.nothing}'"), self.context), 0)
        self.assertEqual(said.out, "undefined\n")

    def test_explain_shows_the_operands_after_each_row_at_its_place(self):
        rules = self.rules(RULES)
        said = self.expect(quipu("map", rules, self.context, "--explain"), 0)
        lines = said.out.splitlines()
        self.assertEqual(lines[0], f"{rules}:3:7: total: row 1, operands -> 3, 12.5")
        self.assertEqual(lines[1], f"{rules}:4:7: total: row 2, math.multiply -> 37.5, 2")
        self.assertEqual(lines[2], f'{rules}:5:7: total: row 3, number.toFixed -> "37.50"')
        self.assertEqual(json.loads("\n".join(lines[3:])), {"total": "37.50"})

    def test_explain_shows_rows_that_depend_on_nothing(self):
        said = self.expect(quipu("map", self.rules("{'@pipe': [[2, 3], ['{@math.pow}']]}"), "--explain"), 0)
        self.assertIn("row 1, operands -> 2, 3\n", said.out)
        self.assertIn("row 2, math.pow -> 8\n", said.out)

    def test_a_function_that_is_not_there_is_refused_at_its_row(self):
        rules = self.rules(BAD)
        said = self.expect(quipu("map", rules, self.context), 2)
        self.assertIn(f"{rules}:4:8: error: ", said.err)
        self.assertIn('did you mean "split"?', said.err)
        self.assertEqual(said.out, "")

    def test_a_function_that_cannot_be_applied_names_its_row(self):
        rules = self.rules(BAD.replace("splitt", "split").replace(".who}", ".qty}"))
        said = self.expect(quipu("map", rules, self.context), 1)
        self.assertIn(f"{rules}:4:7", said.err)
        self.assertIn("string.split", said.err)

    def test_keys_spread_only_where_job_maps_stand(self):
        rules = self.rules("all[-]: '{t1.output.data}'\n")
        self.assertEqual(self.expect(quipu("map", rules, self.context, "--job"), 0).json(), {"-a": 1})
        self.assertIn("all[-]", self.expect(quipu("map", rules, self.context), 0).json())

    def test_broken_files_are_faults_not_crashes(self):
        self.assertIn("rules.yaml:1:", self.expect(quipu("map", self.rules("a: [1"), self.context), 2).err)
        self.assertIn("none.json", self.expect(quipu("map", self.rules("1"), self.home / "none.json"), 2).err)
        self.assertIn("a context is an object",
                      self.expect(quipu("map", self.rules("1"), self.write("c.json", "[1]")), 2).err)
        self.expect(quipu("map"), 2)
        self.expect(quipu("map", self.rules("1"), "--list"), 2)

    def test_functions_are_listed_with_operands_and_an_example(self):
        said = self.expect(quipu("map", "--list"), 0)
        self.assertRegex(said.out, r"(?m)^string\.slice +text, start\?, end\? +\S.*->")
        self.assertRegex(said.out, r"(?m)^cron\.nextDelay ")
        said = self.expect(quipu("map", "--list", "math"), 0)
        self.assertIn("math.atan2", said.out)
        self.assertNotIn("string.", said.out)
        said = self.expect(quipu("map", "--list", "mth"), 2)
        self.assertIn('did you mean "math"?', said.err)

    def test_vectors_are_counted_and_what_failed_is_shown_with_both(self):
        vectors = self.write("v.json", json.dumps({"vectors": [
            {"id": "fits", "rules": "{a.b}", "context": {"a": {"b": 1}}, "expect": 1},
            {"id": "not", "rules": 1, "expect": 2},
            {"id": "odd", "rules": 1, "expect": 2, "quirk": True},
            {"id": "cond", "conditions": {"code": 404}, "code": 404, "expect": True}]}))
        said = self.expect(quipu("map", "--vectors", vectors), 1)
        self.assertEqual(said.out.splitlines(), [
            f"FAIL {vectors}: not", "     expected 2", "     found    1", "1 quirks differ",
            "2 passed, 1 failed"])
        good = self.write("g.json", json.dumps({"vectors": [{"id": "x", "rules": 1, "expect": 1}]}))
        said = self.expect(quipu("map", "--vectors", good, good), 0)
        self.assertEqual(said.out.splitlines()[-1], "2 passed, 0 failed")
        self.assertIn("none.json", self.expect(quipu("map", "--vectors", self.home / "none.json"), 2).err)
        self.assertIn(f"{self.home}: cannot be read", self.expect(quipu("map", "--vectors", self.home), 2).err)
        self.expect(quipu("map", "--vectors", self.context), 2)

    def test_help_ends_in_an_example(self):
        said = self.expect(quipu("map", "--help"), 0)
        self.assertIn("Example: quipu map rules.yaml context.json --explain", said.out)

    def test_a_hostile_text_cannot_reach_the_terminal(self):
        said = self.expect(quipu("map", self.rules('{"\\e]0;x": {"@pipe": [["\\e[31m"], ["{@string.trim}"]]}}'),
                                 "--explain"), 0)
        self.assertNotIn("\x1b", said.out + said.err)


main()
