"""quipu node: its store takes nothing more, since a sync has failed."""

import subprocess
import sys
import time

from harness import BIN, PATIENCE, ROOT, Case, main, quipu

sys.path.insert(0, str(ROOT / "tests/system"))
from strace import NOT_THERE, can_trace, failing

class Fenced(Case):
    def test_it_ends_with_1_and_what_was_accepted_is_there(self):
        if not can_trace():
            self.skipTest(NOT_THERE)
        log = self.home / "node.log"
        with open(log, "wb") as to:
            node = subprocess.Popen(
                [*failing("fdatasync", "EIO", "20+"), str(BIN / "quipu"), "node", "--store", f"lmdb:{self.data}", "--deploy",
                 str(ROOT / "configs/hello.yaml"), "--answers", str(ROOT / "configs/hello.answers.yaml")], stdout=to,
                stderr=to)
        self.addCleanup(node.kill)
        until = time.monotonic() + PATIENCE
        while "apps:" not in log.read_text(encoding="utf-8"):
            self.assertIsNone(node.poll(), log.read_text(encoding="utf-8"))
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        accepted = []
        while node.poll() is None:
            name = f"h-{len(accepted)}"
            said = quipu("run", "greeting.wanted", '{"name": "Ana"}', "--id", name, "--data", self.data)
            if said.code != 0:
                break
            accepted.append(name)
        self.assertEqual(node.wait(timeout=PATIENCE), 1, log.read_text(encoding="utf-8"))
        told = log.read_text(encoding="utf-8")
        self.assertIn("Input/output error", told)
        self.assertIn("takes nothing more until it is opened again; what was accepted goes on at the next start", told)
        self.assertTrue(accepted)
        for name in accepted:
            self.assertIn("completed", self.expect(quipu("job", name, "--data", self.data), 0).out)


if __name__ == "__main__":
    main()
