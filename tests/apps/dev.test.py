"""./dev: what it installs and when, with dpkg-query and apt-get played by scripts."""

import os
import shutil

from harness import ROOT, Case, call, main

NOBODY = 65534


class Dev(Case):
    def setUp(self):
        super().setUp()
        self.home.chmod(0o755)
        self.tree = self.home / "tree"
        (self.tree / "build/release/bin").mkdir(parents=True)
        shutil.copy(ROOT / "dev", self.tree / "dev")
        self.tools = self.home / "tools"
        self.tools.mkdir()
        self.log = self.write("log", "")
        self.log.chmod(0o666)
        self.tool("cmake", "exit 0")
        self.tool("ninja", "echo 'ninja: no work to do.'")
        self.tool("apt-get", f'echo "apt-get $*" >>{self.log}; case "$*" in *--assume-no*) '
                             "echo 'Need to get 12.3 MB of archives.'; exit 1;; esac")
        for name in ("bash", "env", "readlink", "dirname", "nproc", "grep", "mkdir", "cat"):
            (self.tools / name).symlink_to(shutil.which(name))
        program = self.tree / "build/release/bin/quipu_order"
        program.write_text('#!/bin/sh\necho "ran $*"\n')
        program.chmod(0o755)
        (self.tree / "build/release/build.ninja").touch()

    def tool(self, name, body):
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def installed(self, but="nothing"):
        self.tool("dpkg-query", f'for last; do :; done\n[ "$last" = {but} ] || printf installed')

    def dev(self, *words, user=None):
        return call(self.tree / "dev", *words, env={"PATH": str(self.tools)}, user=user)

    def test_alone_it_lists_its_commands(self):
        said = self.expect(self.dev(), 0)
        for command in ("run", "test", "check", "build", "quipu", "format", "lint", "clean", "help"):
            self.assertRegex(said.err, rf"(?m)^  {command}\b")

    def test_a_check_that_fails_is_named_and_what_has_not_run_is_not_said_to_have_passed(self):
        self.installed()
        (self.tree / "flows").mkdir()
        (self.tree / "flows/x.cpp").touch()
        for room in ("collation", "lmdb_bridge", "redis_bridge", "actors", "apps", "tests"):
            (self.tree / room).mkdir()
        for name in ("find", "xargs"):
            (self.tools / name).symlink_to(shutil.which(name))
        self.tool("git", "exit 1")
        self.tool("clang-format-16", "exit 1")
        said = self.expect(self.dev("check"), 1).err
        self.assertRegex(said, r"check 1 of \d+: format")
        self.assertRegex(said, r"check: format failed after \d+ s; passed before: nothing; the rest has not run")
        self.assertNotIn("check 2 of", said)
        self.assertIn("format", self.expect(self.dev("check", "formatt"), 2).err)

    def test_an_unknown_command_is_refused(self):
        self.assertIn("tset", self.expect(self.dev("tset"), 2).err)

    def test_with_nothing_missing_apt_is_not_asked_and_arguments_go_through(self):
        self.installed()
        said = self.expect(self.dev("run", "--data", "x"), 0)
        self.assertEqual(said.out, "ran --data x\n")
        self.assertEqual(self.log.read_text(), "")

    def test_root_installs_what_is_missing_and_nothing_else(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.installed(but="liblmdb-dev")
        said = self.expect(self.dev("run"), 0)
        self.assertIn("missing packages: liblmdb-dev", said.err)
        self.assertIn("Need to get 12.3 MB", said.err)
        asked = self.log.read_text().splitlines()
        self.assertTrue(asked[0].startswith("apt-get update"), asked)
        self.assertEqual(asked[-1], "apt-get install -y --no-install-recommends --no-remove liblmdb-dev")

    def test_without_root_and_sudo_it_says_what_to_run_and_exits_3(self):
        self.installed(but="liblmdb-dev")
        said = self.expect(self.dev("run", user=NOBODY if os.geteuid() == 0 else None), 3)
        self.assertIn("apt-get update && apt-get install -y --no-install-recommends --no-remove liblmdb-dev", said.err)
        self.assertEqual(self.log.read_text(), "")

    def test_run_asks_for_the_engines_packages_only(self):
        self.installed(but="catch2")
        self.expect(self.dev("run"), 0)
        self.assertEqual(self.log.read_text(), "")


main()
